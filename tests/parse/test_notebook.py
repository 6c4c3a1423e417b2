"""What a Notebook says, and what its silence means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from renderer.model.fragments import Reference
from renderer.model.notebook import HomeChoice, UpdatePolicy, Volume
from renderer.model.subjects import Access, Share, Subject
from renderer.parse import parse_document
from renderer.position import Document

Item = Callable[[str], Any]

NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: training, namespace: team-a}
spec:
  templateRef: kubeflow/scipy
"""
ALICE = "alice@example.com"


@pytest.mark.parametrize(
    ("written", "field", "expected"),
    [
        ("", "owner", None),
        (f"owner: {ALICE}", "owner", Subject("User", ALICE)),
        ("owner: {kind: Group, name: data}", "owner", Subject("Group", "data")),
        (
            "owner: {kind: ServiceAccount, name: bot}",
            "owner",
            Subject("ServiceAccount", "bot", "team-a"),
        ),
        (
            "owner: {kind: ServiceAccount, name: bot, namespace: ci}",
            "owner",
            Subject("ServiceAccount", "bot", "ci"),
        ),
        (
            f"sharing: [{{name: {ALICE}, access: edit}}]",
            "sharing",
            (Share(Subject("User", ALICE), Access.EDIT),),
        ),
        ("", "template_ref", Reference("scipy", "kubeflow")),
        (
            "options: [index, data/s3, {name: db}]",
            "options",
            (Reference("index"), Reference("s3", "data"), Reference("db")),
        ),
        ("resources: {cpu: 4}", "resources", {"cpu": 4}),
        ("sharedMemory: 1Gi", "shared_memory", "1Gi"),
        ("sharedMemory: 1000000", "shared_memory", "1000000"),
        ("home: {size: 20Gi}", "home", HomeChoice("20Gi")),
        ("home: {claimName: mine, keep: false}", "home", HomeChoice(claim="mine", keep=False)),
        (
            "volumes: [{name: data, mountPath: /data, size: 1Gi, keep: false}]",
            "volumes",
            (Volume("data", "/data", "1Gi", keep=False),),
        ),
        (
            "volumes: [{name: data, mountPath: /data, claimName: theirs, readOnly: true}]",
            "volumes",
            (Volume("data", "/data", claim="theirs", read_only=True),),
        ),
        ("env: [{name: A, value: b}]", "env", [{"name": "A", "value": "b"}]),
        ("ports: [{containerPort: 80}]", "ports", [{"containerPort": 80}]),
        ("parameters: {workers: 2}", "parameters", {"workers": 2}),
        ("", "update_policy", UpdatePolicy.AUTO),
        ("updatePolicy: Ignore", "update_policy", UpdatePolicy.IGNORE),
        ('revision: "7f3a"', "revision", "7f3a"),
        ("", "history_limit", None),
        ("revisionHistoryLimit: 0", "history_limit", 0),
        ("ttlSecondsAfterFinished: 300", "ttl_seconds", 300),
        ("serviceAccountName: trainer", "service_account", "trainer"),
        ("stopped: true", "stopped", True),
        ("size: small", "size", "small"),
        ("size: X Large", "size", "X Large"),
        ("image: new", "image", "new"),
    ],
)
def test_a_field_is_read(item: Item, written: str, field: str, expected: object) -> None:
    assert getattr(item(f"{NOTEBOOK}  {written}"), field) == expected


@pytest.mark.parametrize(
    ("written", "carried"), [("", {}), ("stopped: false", {}), ("stopped: true", {"stopped": True})]
)
def test_the_cluster_is_told_of_stopped_only_when_it_is_true(
    item: Item, written: str, carried: dict[str, bool]
) -> None:
    assert item(f"{NOTEBOOK}  {written}").spec == {"templateRef": "kubeflow/scipy", **carried}


def test_a_template_without_a_reference_stands_in_for_it(item: Item) -> None:
    notebook = item(NOTEBOOK.replace("templateRef: kubeflow/scipy", "template: {spec: {}}"))
    assert notebook.inline
    assert notebook.template == {"spec": {}}
    assert notebook.template_ref is None
    assert notebook.template_origin.at(("spec",)).line == 6


def test_a_template_beside_a_reference_is_a_patch(item: Item) -> None:
    notebook = item(f"{NOTEBOOK}  template: {{spec: {{}}}}")
    assert not notebook.inline
    assert notebook.template == {"spec": {}}


def test_marks_of_other_tools_are_left_out_of_labels_and_annotations(parse: Item) -> None:
    result = parse(
        NOTEBOOK.replace(
            "namespace: team-a",
            "namespace: team-a, labels: {tier: gold, kustomize.toolkit.fluxcd.io/name: apps},"
            " annotations: {note: x, kubectl.kubernetes.io/last-applied-configuration: '{}'}",
        )
    )
    assert result.item.labels == {"tier": "gold"}
    assert result.item.annotations == {"note": "x"}
    assert len(result.problems) == 2


def test_what_is_faulty_still_says_what_it_claims_to_be(parse: Item) -> None:
    result = parse(f"{NOTEBOOK}  szie: small")
    assert result.item is None
    assert (result.kind, result.name) == ("Notebook", Reference("training", "team-a"))


def test_an_empty_document_is_nothing_and_no_problem() -> None:
    result = parse_document(Document("file.yaml", None, (0, None)))
    assert result.item is None
    assert result.problems == ()
