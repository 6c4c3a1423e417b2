"""Why one object stays, though git no longer asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sync.marks import (
    AGENT,
    COPY,
    KEEP,
    MANAGER,
    NAMESPACE,
    NAMESPACE_BUNDLE,
    NOTEBOOK,
    PART_OF,
    REVISION,
    applyset_id,
)
from sync.objects import GroupKind, Key
from sync.policy import Policy
from sync.pruning import ROLE, ROLE_BINDING, Stray, removable, removable_copy

DIRECTORY = "notebooks/research/resnet50"
SERVICE = GroupKind("", "Service")
CLAIM = GroupKind("", "PersistentVolumeClaim")
SECRET = GroupKind("", "Secret")
MEMBER = {AGENT: "octavo", PART_OF: applyset_id("research", "resnet50")}
OF_NAMESPACE = {AGENT: "octavo", NAMESPACE_BUNDLE: "research"}
APPLIED = {"manager": MANAGER, "operation": "Apply", "fieldsV1": {"f:spec": {}}}
SET = "is not part of the ApplySet of notebooks/research/resnet50"


def stray(
    kind: GroupKind = SERVICE,
    labels: Mapping[str, str] = MEMBER,
    *,
    namespace: str = "research",
    uid: str = "uid-1",
    witnessed: bool = False,
    **metadata: Any,
) -> Stray:
    found = {"labels": labels, "managedFields": [APPLIED], **metadata}
    return Stray(Key(*kind, namespace, "resnet50"), uid, found, witnessed)


def keep(value: str) -> dict[str, Any]:
    return {"annotations": {KEEP: value}}


def why(found: Stray, directory: str = DIRECTORY, **bounds: Any) -> str | None:
    given = {"policy": Policy(), "broken": (), "held": True, **bounds}
    return removable(found, directory, **given)


@pytest.mark.parametrize(
    ("found", "directory"),
    [
        pytest.param(stray(), DIRECTORY, id="a member"),
        pytest.param(stray(CLAIM), DIRECTORY, id="storage that nobody keeps"),
        pytest.param(stray(**keep("false")), DIRECTORY, id="what is not to be kept"),
        pytest.param(stray(NOTEBOOK, {AGENT: "octavo"}), DIRECTORY, id="the Notebook"),
        pytest.param(
            stray(NOTEBOOK, {AGENT: "octavo"}, **keep("true")),
            DIRECTORY,
            id="a Notebook that its owner wants to keep",
        ),
        pytest.param(
            stray(NOTEBOOK, {AGENT: "octavo", COPY: "true", PART_OF: "x"}),
            DIRECTORY,
            id="a Notebook that its owner wrote marks on",
        ),
        pytest.param(
            stray(NOTEBOOK, {}, witnessed=True, managedFields=[]),
            DIRECTORY,
            id="a Notebook that its owner took the marks from, and that its members know",
        ),
        pytest.param(stray(SECRET, OF_NAMESPACE), "namespaces/research", id="of a namespace"),
    ],
)
def test_it_may_be_deleted(found: Stray, directory: str) -> None:
    assert why(found, directory) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (stray(**keep("true")), "is to be kept, as its annotation jackhoman.dev/keep says"),
        (stray(**keep("yes")), "is to be kept, as its annotation jackhoman.dev/keep says"),
        (stray(NAMESPACE, namespace=""), "is a namespace, and those are never deleted"),
        (
            stray(GroupKind("rbac.authorization.k8s.io", "Role"), namespace=""),
            "is of the cluster itself, and those are never deleted",
        ),
        (stray(CLAIM, {AGENT: "octavo"}), SET),
        (stray(labels={AGENT: "octavo"}), SET),
        (stray(labels={**MEMBER, PART_OF: applyset_id("research", "other")}), SET),
        (stray(labels={PART_OF: "x"}), "does not carry the label jackhoman.dev/agent=octavo"),
        (
            stray(labels={**MEMBER, AGENT: "other"}),
            "does not carry the label jackhoman.dev/agent=octavo",
        ),
        (stray(managedFields=[]), "was not applied by this agent, whatever its labels say"),
        (
            stray(managedFields=[{**APPLIED, "operation": "Update"}]),
            "was not applied by this agent, whatever its labels say",
        ),
        (
            stray(NOTEBOOK, {}),
            "does not carry the label jackhoman.dev/agent=octavo",
        ),
        (
            stray(labels={}, managedFields=[], witnessed=True),
            "does not carry the label jackhoman.dev/agent=octavo",
        ),
        (
            stray(annotations={"argocd.argoproj.io/tracking-id": "a"}),
            "belongs to Argo CD (tracking id a)",
        ),
        (
            stray(managedFields=[APPLIED, {**APPLIED, "manager": "kustomize-controller"}]),
            "belongs to Flux",
        ),
        (stray(deletionTimestamp="2026-01-01T00:00:00Z"), "is being deleted already"),
        (stray(uid=""), "has no uid to delete it by"),
        (
            stray(SECRET, {AGENT: "octavo", COPY: "true"}),
            "is a copy, and goes with the last revision that owns it",
        ),
        (
            stray(SECRET, {**MEMBER, COPY: "true"}),
            "belongs to this agent, as the copy of a dependency",
        ),
        (
            stray(GroupKind("", "Pod")),
            "is a Pod, which is not among --kinds",
        ),
        (
            stray(namespace="kube-system"),
            "is in the namespace kube-system, which is not among --namespaces",
        ),
        (stray(namespace="teaching"), "is not in the namespace of notebooks/research/resnet50"),
    ],
)
def test_it_stays(found: Stray, words: str) -> None:
    assert why(found) == words


@pytest.mark.parametrize(
    ("found", "directory", "words"),
    [
        (stray(SECRET, MEMBER), "namespaces/research", "is not part of namespaces/research"),
        (
            stray(SECRET, {**MEMBER, **OF_NAMESPACE}),
            "namespaces/research",
            "is not part of namespaces/research",
        ),
        (
            stray(SECRET, {**OF_NAMESPACE, NAMESPACE_BUNDLE: "teaching"}),
            "namespaces/research",
            "is not part of namespaces/research",
        ),
        (
            stray(NOTEBOOK, {AGENT: "octavo"}),
            "notebooks/research/other",
            "is not the one of notebooks/research/other",
        ),
    ],
)
def test_it_stays_where_its_marks_are_of_another_bundle(
    found: Stray, directory: str, words: str
) -> None:
    assert why(found, directory) == words


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"held": None}, None),
        (
            {"held": False},
            f"is left alone: this branch never held {DIRECTORY}; --prune-all removes it",
        ),
        ({"held": False, "policy": Policy(prune_all=True)}, None),
        (
            {"broken": {DIRECTORY}},
            f"is left alone: {DIRECTORY} could not be read this time",
        ),
        (
            {"broken": {DIRECTORY}, "policy": Policy(prune_all=True, allow_empty=True)},
            f"is left alone: {DIRECTORY} could not be read this time",
        ),
        ({"broken": {"notebooks/research/other"}}, None),
        ({"unsettled": {DIRECTORY}}, f"stays until the rest of {DIRECTORY} is applied"),
        ({"unsettled": {"notebooks/research/other"}}, None),
        (
            {"policy": Policy(namespaces=("team-*",))},
            "is in the namespace research, which is not among --namespaces",
        ),
        (
            {"policy": Policy(kinds=frozenset({SECRET}))},
            "is a Service, which is not among --kinds",
        ),
        (
            {"policy": Policy(agent="other")},
            "does not carry the label jackhoman.dev/agent=other",
        ),
    ],
)
def test_what_the_round_and_the_settings_say(bounds: dict[str, Any], words: str | None) -> None:
    assert why(stray(), **bounds) == words


def test_nothing_is_witnessed_unless_somebody_says_so() -> None:
    found = Stray(Key(*NOTEBOOK, "research", "resnet50"), "uid-1", {})

    assert why(found) == "does not carry the label jackhoman.dev/agent=octavo"


# --- copies

COPIED = {AGENT: "octavo", COPY: "true"}


def owner(kind: GroupKind) -> dict[str, str]:
    return {"apiVersion": f"{kind.group}/v1", "kind": kind.kind, "name": "resnet50", "uid": "u"}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (stray(SECRET, COPIED), None),
        (
            stray(SECRET, COPIED, ownerReferences=[owner(REVISION)]),
            "is owned by ControllerRevision resnet50, and goes with its last owner",
        ),
        (
            stray(SECRET, COPIED, ownerReferences=[owner(NOTEBOOK)]),
            "is owned by Notebook resnet50, and goes with its last owner",
        ),
        (stray(SECRET, {AGENT: "octavo"}), "does not carry the label jackhoman.dev/copy"),
        (stray(SECRET, {COPY: "true"}), "does not carry the label jackhoman.dev/agent=octavo"),
        (
            stray(SECRET, COPIED, managedFields=[]),
            "was not applied by this agent, whatever its labels say",
        ),
        (
            stray(SECRET, COPIED, **keep("true")),
            "is to be kept, as its annotation jackhoman.dev/keep says",
        ),
        (stray(SECRET, COPIED, deletionTimestamp="x"), "is being deleted already"),
        (
            stray(SECRET, COPIED, namespace="kube-system"),
            "is in the namespace kube-system, which is not among --namespaces",
        ),
        (
            stray(SECRET, COPIED, namespace="teaching"),
            "is left alone: notebooks/teaching/statistics could not be read this time",
        ),
    ],
)
def test_a_copy_goes_when_nothing_that_needs_it_is_left(found: Stray, words: str | None) -> None:
    reason = removable_copy(found, policy=Policy(), broken=["notebooks/teaching/statistics"])

    assert reason == words


def test_grants_end_though_the_rest_is_not_applied_and_whoever_wants_to_keep_them() -> None:
    for kind in (ROLE, ROLE_BINDING):
        assert why(stray(kind, **keep("true")), unsettled={DIRECTORY}) is None


def test_what_git_asks_for_in_another_group_of_the_server_stays() -> None:
    old, new = GroupKind("extensions", "Ingress"), GroupKind("networking.k8s.io", "Ingress")
    policy = Policy(kinds=frozenset({old, new}))
    asked = {Key(*new, "research", "resnet50")}

    assert why(stray(old), policy=policy) is None
    assert why(stray(old), policy=policy, asked=asked) == (
        "is what git asks for as Ingress.networking.k8s.io"
    )
