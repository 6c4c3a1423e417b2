"""What a cluster's nodes could hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from renderer import quantity
from renderer.profiles.nodes import Node, beyond, homeless, nodes_of, shown
from renderer.yamlio import load_all


def node(name: str, /, *, unschedulable: bool = False, **allocatable: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {"unschedulable": True} if unschedulable else {},
        "status": {
            "allocatable": {"pods": "110", **allocatable},
            "capacity": dict.fromkeys(allocatable, "1000000"),
        },
    }


WIDE = node("wide", cpu="15890m", memory="32Gi")
HIGH = node("high", cpu="4", memory="65127812Ki")
GPUS = {**node("gpus", cpu="8", memory="16Gi")}
GPUS["status"]["allocatable"]["nvidia.com/gpu"] = "4"


def nodes(*values: Any) -> tuple[Node, ...]:
    return nodes_of(values)


def asked(**amounts: Any) -> dict[str, Any]:
    return {"requests": amounts}


LISTS: Sequence[tuple[str, Any]] = [
    ("Nodes", [WIDE, HIGH]),
    ("a List", [{"apiVersion": "v1", "kind": "List", "items": [WIDE, HIGH]}]),
    (
        "a NodeList whose items leave out their kind",
        [
            {
                "kind": "NodeList",
                "items": [
                    {key: each[key] for key in ("metadata", "spec", "status")}
                    for each in (WIDE, HIGH)
                ],
            }
        ],
    ),
    (
        "other objects among them",
        [{"kind": "List", "items": [{"kind": "Pod", "metadata": {}}, WIDE]}, None, "text", HIGH],
    ),
]


@pytest.mark.parametrize("values", [values for _, values in LISTS], ids=[name for name, _ in LISTS])
def test_nodes_come_in_lists_and_alone(values: Any) -> None:
    assert [each.name for each in nodes(*values)] == ["wide", "high"]


def test_nodes_are_read_as_kubectl_prints_them() -> None:
    text = """
apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata: {name: a}
  status:
    allocatable: {cpu: 3920m, memory: 12601624Ki, pods: "110", ephemeral-storage: "47093746742"}
kind: List
"""
    (document,) = load_all(text.encode(), "nodes.yaml")
    (only,) = nodes(document.value)
    assert only.allocatable["cpu"] == 3_920 * quantity.NANO // 1000
    assert only.allocatable["ephemeral-storage"] == 47_093_746_742 * quantity.NANO
    assert nodes(json.loads(json.dumps(document.value))) == (only,)


def test_what_a_node_has_for_pods_counts_and_not_all_that_it_has() -> None:
    assert homeless(asked(cpu=16), nodes(WIDE)) != ""
    without = {**WIDE, "status": {"capacity": {"cpu": "16", "memory": "1Gi"}}}
    assert homeless(asked(cpu=16), nodes(without)) == ""


def test_nodes_that_take_no_pods_do_not_count() -> None:
    cordoned = node("big", unschedulable=True, cpu="128", memory="1Ti")
    assert homeless(asked(cpu=64), nodes(cordoned, HIGH)).endswith("the largest takes 4 CPUs")
    assert homeless(asked(cpu=1), nodes(cordoned)) == "no node takes pods"
    assert homeless({}, ()) == "no node takes pods"


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ({}, ""),
        ({"cpu": 4, "memory": "62Gi"}, ""),
        ({"cpu": "15890m", "memory": "32Gi"}, ""),
        ({"cpu": "15891m"}, "no node could hold it: the largest takes 15.89 CPUs"),
        ({"memory": "65127813Ki"}, "no node could hold it: the largest takes 62.1Gi"),
        (
            {"cpu": 32, "memory": "64Gi"},
            "no node could hold it: the largest takes 15.89 CPUs and 62.1Gi",
        ),
        (
            {"nvidia.com/gpu": 8, "memory": "64Gi", "cpu": 32},
            "no node could hold it: the largest takes 15.89 CPUs, 62.1Gi and 4 of nvidia.com/gpu",
        ),
        ({"amd.com/gpu": 1}, "no node could hold it: none has amd.com/gpu"),
        (
            {"amd.com/gpu": 1, "cpu": 32},
            "no node could hold it: the largest takes 15.89 CPUs; none has amd.com/gpu",
        ),
        ({"cpu": 8, "memory": "62Gi"}, "no single node has both 8 CPUs and 62Gi"),
        (
            {"cpu": 1, "memory": "62Gi", "nvidia.com/gpu": "1"},
            "no single node has both 62Gi and 1 of nvidia.com/gpu",
        ),
        (
            {"cpu": 8, "memory": "62Gi", "nvidia.com/gpu": "1"},
            "no single node has all of 8 CPUs, 62Gi and 1 of nvidia.com/gpu",
        ),
        ({"cpu": "{{ parameters.cpus }}"}, ""),
    ],
)
def test_why_no_node_could_hold_it_is_said_in_words(requests: Any, said: str) -> None:
    assert homeless({"requests": requests}, nodes(WIDE, HIGH, GPUS)) == said


def test_what_is_only_limited_is_requested_as_well() -> None:
    known = nodes(HIGH)
    assert homeless({"limits": {"cpu": 8}}, known).endswith("the largest takes 4 CPUs")
    assert homeless({"limits": {"cpu": 8}, "requests": {"cpu": 2}}, known) == ""
    assert homeless({"limits": {"cpu": 8}, "requests": None}, known) != ""


def test_limits_that_no_node_reaches_are_said_more_softly() -> None:
    known = nodes(WIDE, HIGH)
    resources: Mapping[str, Any] = {
        "requests": {"cpu": 1},
        "limits": {"cpu": 64, "memory": "48Gi"},
    }
    assert homeless(resources, known) == ""
    assert (
        beyond(resources, known)
        == "no node has as much as its limits: the largest takes 15.89 CPUs"
    )
    assert beyond({"limits": {"cpu": 15}, "requests": {"cpu": 99}}, known) == ""
    assert beyond({}, known) == ""


@pytest.mark.parametrize(
    ("name", "amount", "words"),
    [
        ("cpu", "1", "1 CPU"),
        ("cpu", "1500m", "1.5 CPUs"),
        ("cpu", "0", "0 CPUs"),
        ("cpu", "2048", "2,048 CPUs"),
        ("memory", "62Gi", "62Gi"),
        ("memory", "64424509439", "59.9Gi"),
        ("memory", "1023Mi", "1,023Mi"),
        ("memory", "1024Mi", "1Gi"),
        ("memory", "1000", "1,000"),
        ("memory", "0", "0"),
        ("memory", "4Ei", "4Ei"),
        ("memory", "5000Ei", "5,000Ei"),
        ("ephemeral-storage", "100Gi", "100Gi of ephemeral-storage"),
        ("hugepages-2Mi", "4Mi", "4Mi of hugepages-2Mi"),
        ("nvidia.com/gpu", "2", "2 of nvidia.com/gpu"),
    ],
)
def test_amounts_are_shown_as_people_say_them(name: str, amount: str, words: str) -> None:
    assert shown(name, quantity.parse(amount) or 0) == words
