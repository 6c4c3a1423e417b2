"""What a person reads of one object's change, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.diffs import Action, Change, human
from sync.diffs.deltas import deltas
from sync.diffs.text import outline
from sync.objects import Key

KEY = Key("apps", "StatefulSet", "research", "churn")
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "port", "a.b/c", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def containers(*items: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(items)}}


def named(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, **fields}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "a value": (
        {"spec": {"serviceName": "a"}},
        {"spec": {"serviceName": "b"}},
        ['~ .spec.serviceName: "a" -> "b"'],
    ),
    "an item is found by its name, wherever it stands": (
        containers(named("main", image="a"), named("proxy")),
        containers(named("proxy"), named("main", image="b")),
        [
            '~ .spec.containers[name="main"].image: "a" -> "b"',
            '~ .spec.containers (order): ["main", "proxy"] -> ["proxy", "main"]',
        ],
    ),
    "mounts are told apart by their path": (
        {"mounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]},
        {"mounts": [{"name": "w", "mountPath": "/a"}]},
        [
            '~ .mounts[mountPath="/a"].name: "v" -> "w"',
            '- .mounts[mountPath="/b"]:',
            '-   name: "v"',
            '-   mountPath: "/b"',
        ],
    ),
    "two items of one name are told apart by their place": (
        {"ports": [named("dns", protocol="TCP"), named("dns", protocol="UDP")]},
        {"ports": [named("dns", protocol="TCP"), named("dns", protocol="SCTP")]},
        ['~ .ports[1].protocol: "UDP" -> "SCTP"'],
    ),
    "a word put first moves the others": (
        {"args": ["serve", "--quiet"]},
        {"args": ["--", "serve", "--quiet"]},
        ['+ .args[0]: "--"'],
    ),
    "a tree that is new": (
        {"spec": {}},
        {"spec": {"resources": {"limits": {"cpu": "1"}, "claims": [{"name": "gpu", "n": 1}, 2]}}},
        [
            "+ .spec.resources:",
            "+   limits:",
            '+     cpu: "1"',
            "+   claims:",
            '+     - name: "gpu"',
            "+       n: 1",
            "+     - 2",
        ],
    ),
    "a large tree is cut": (
        {},
        {"data": {f"key{number:02}": number for number in range(20)}},
        [
            "+ .data:",
            *(f"+   key{number:02}: {number}" for number in range(12)),
            "+   … 8 more lines",
        ],
    ),
    "a key that is no plain word": (
        {"metadata": {"annotations": {"a.b/c": "1"}}},
        {"metadata": {"annotations": {}}},
        ['- .metadata.annotations["a.b/c"]: "1"'],
    ),
    "a name is a text or a number": (
        {"items": [{"name": True}]},
        {"items": [{"name": 1}]},
        ["~ .items[0].name: true -> 1"],
    ),
    "true is not 1, and null is something": (
        {"a": True, "b": None, "c": 1, "d": {}},
        {"a": 1, "b": 0, "c": 1.0, "d": []},
        ["~ .a: true -> 1", "~ .b: null -> 0", "~ .d: {} -> []"],
    ),
    "a long text from where it changes": (
        {"config": "x" * 500 + "old"},
        {"config": "x" * 500 + "new"},
        [f'~ .config: …"{"x" * 20}old" -> …"{"x" * 20}new"'],
    ),
    "the end of a long text is left out": (
        {"config": "a"},
        {"config": "b" * 500},
        [f'~ .config: "a" -> "{"b" * 119}…'],
    ),
    "what the server writes by itself is not a change": (
        {
            "metadata": {
                "uid": "1",
                "resourceVersion": "1",
                "generation": 1,
                "creationTimestamp": "then",
                "managedFields": [{"manager": "kubectl"}],
                "selfLink": "/",
            },
            "status": {"replicas": 1},
        },
        {"metadata": {}},
        ["! no value differs, only who owns the fields"],
    ),
    "a status further down is a field like any other": (
        {"spec": {"status": 1, "uid": "a"}},
        {"spec": {"status": 2, "uid": "b"}},
        ["~ .spec.status: 1 -> 2", '~ .spec.uid: "a" -> "b"'],
    ),
    "what kubectl last applied is not repeated": (
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{1}"}}},
        {"metadata": {"annotations": {}}},
        ['- .metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: (hidden)'],
    ),
}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    text = human([Change(Action.UPDATE, KEY, "notebooks/research/churn", before, after)])
    return [line.strip() for line in text.splitlines()[2:-2]]


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_field_by_field(name: str) -> None:
    before, after, lines = CASES[name]
    untouched = json.dumps([before, after])

    assert told(before, after) == lines
    assert json.dumps([before, after]) == untouched


@given(TREES, TREES)
def test_differences_are_found_exactly_where_there_are_some(before: Any, after: Any) -> None:
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    assert (not list(deltas(before, after))) == same


@given(TREES)
def test_a_tree_does_not_differ_from_itself(tree: Any) -> None:
    assert list(deltas(tree, json.loads(json.dumps(tree)))) == []


def test_a_list_of_many_items_is_compared_by_place() -> None:
    few, many = (list(range(count)) for count in (900, 1100))
    assert len(list(deltas(few, ["x", *few]))) == 1
    assert len(list(deltas(many, ["x", *many]))) == 1101


def test_a_very_deep_tree_is_cut() -> None:
    tree: dict[str, Any] = {}
    for _ in range(200):
        tree = {"x": tree, "y": 1}
    lines = told({}, {"spec": tree})
    assert len(lines) == 14
    assert told({}, {"spec": nested(30)})[-1].endswith("more lines")
    assert list(outline(nested(30), 100))[-1].strip() == "…"


def nested(depth: int) -> Any:
    return {"x": nested(depth - 1)} if depth else 1


def test_what_is_refused_says_why_and_nothing_of_ownership() -> None:
    refused = Change(Action.REFUSED, KEY, "b", {"kind": "A"}, {"kind": "A"}, ("held by Flux",))
    assert human([refused]).splitlines()[1:3] == [
        "  ! StatefulSet research/churn (refused)",
        "      ! held by Flux",
    ]
    assert "no value differs" not in human([refused])
