"""What a copy holds, and what is never copied."""

from __future__ import annotations

import copy
from base64 import b64encode
from typing import Any

import pytest

from sync.copies import NOT_A_COPY, copy_of, occupied
from sync.errors import RefusedError
from sync.marks import AGENT, COPY, NAMESPACE_BUNDLE, PART_OF
from sync.ownership import Holder

MEBIBYTE = 1_048_576
OWNERS = (("resnet50-rev-b", "uid-b"), ("resnet50-rev-a", "uid-a"))
SOURCE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "pull",
        "namespace": "kubeflow",
        "uid": "uid-0",
        "resourceVersion": "7",
        "generation": 1,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"argocd.argoproj.io/instance": "a", AGENT: "other", PART_OF: "x"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        "ownerReferences": [{"kind": "Deployment", "name": "a"}],
        "finalizers": ["example.org/forever"],
        "managedFields": [{"manager": "kubectl"}],
    },
    "type": "kubernetes.io/dockerconfigjson",
    "data": {".dockerconfigjson": "e30="},
    "immutable": True,
}


def thing(api_version: str = "v1", kind: str = "ConfigMap", **content: Any) -> dict[str, Any]:
    metadata = {"name": "pull", "namespace": "kubeflow"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def copied(source: dict[str, Any], owners: Any = OWNERS) -> dict[str, Any]:
    return copy_of(source, "research", owners, "octavo")


def test_a_copy_is_the_data_and_our_marks() -> None:
    assert copied(SOURCE) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "pull",
            "namespace": "research",
            "labels": {"jackhoman.dev/agent": "octavo", "jackhoman.dev/copy": "true"},
            "annotations": {"jackhoman.dev/copied-from": "kubeflow"},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ControllerRevision",
                    "name": "resnet50-rev-a",
                    "uid": "uid-a",
                },
                {
                    "apiVersion": "apps/v1",
                    "kind": "ControllerRevision",
                    "name": "resnet50-rev-b",
                    "uid": "uid-b",
                },
            ],
        },
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": "e30="},
    }


def test_the_source_stays_as_it_was() -> None:
    before = copy.deepcopy(SOURCE)

    copied(SOURCE)

    assert before == SOURCE


def test_the_order_in_which_owners_are_found_and_how_often_do_not_matter() -> None:
    assert copied(SOURCE, [*reversed(OWNERS), OWNERS[0]]) == copied(SOURCE)


def test_any_kind_is_copied_whole_but_for_its_status() -> None:
    source = thing("ml.example.org/v1", "Model", spec={"a": [1]}, type={"b": 1}, status={"c": 2})

    found = copied(source)

    assert {field: found[field] for field in found if field != "metadata"} == {
        "apiVersion": "ml.example.org/v1",
        "kind": "Model",
        "spec": {"a": [1]},
        "type": {"b": 1},
    }


POWER = "grants or runs something, and is never copied; put it into the chart"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            thing(kind="Secret", type="kubernetes.io/service-account-token"),
            "Secret kubeflow/pull: a token of the cluster's own is never copied",
        ),
        (
            thing(kind="Secret", type="bootstrap.kubernetes.io/token"),
            "Secret kubeflow/pull: a token of the cluster's own is never copied",
        ),
        *(
            (thing(version, kind), f"{kind} kubeflow/pull: a {kind}{group} {POWER}")
            for version, kind, group in (
                ("v1", "ServiceAccount", ""),
                ("v1", "Pod", ""),
                ("v1", "PodTemplate", ""),
                ("v1", "ReplicationController", ""),
                ("v1", "Namespace", ""),
                ("rbac.authorization.k8s.io/v1", "Role", ".rbac.authorization.k8s.io"),
                ("rbac.authorization.k8s.io/v1", "RoleBinding", ".rbac.authorization.k8s.io"),
                ("apps/v1", "Deployment", ".apps"),
                ("apps/v1", "ControllerRevision", ".apps"),
                ("batch/v1", "CronJob", ".batch"),
                ("extensions/v1beta1", "ReplicaSet", ".extensions"),
                ("jackhoman.dev/v1beta1", "Anything", ".jackhoman.dev"),
                ("kubeflow.org/v1", "Notebook", ".kubeflow.org"),
            )
        ),
        (
            thing(kind="PersistentVolumeClaim"),
            "PersistentVolumeClaim kubeflow/pull: a PersistentVolumeClaim cannot be copied:"
            " what is stored in it would stay behind",
        ),
    ],
)
def test_what_grants_or_runs_or_stores_something_is_refused(
    source: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        copied(source)

    assert str(caught.value) == words


def test_a_copy_that_nothing_would_ever_delete_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"Secret kubeflow/pull: no revision needs it"):
        copied(SOURCE, [])


def encoded(size: int) -> str:
    return b64encode(b"x" * size).decode()


@pytest.mark.parametrize(
    "fits",
    [
        thing(kind="Secret", data={"a": encoded(MEBIBYTE)}),
        thing(kind="Secret", data={"a": encoded(MEBIBYTE - 1), "b": encoded(1)}),
        thing(kind="Secret", data=None),
        thing(data={"a": "x" * (MEBIBYTE - 100)}),
    ],
    ids=["one value", "two values", "nothing", "another kind"],
)
def test_a_mebibyte_fits(fits: dict[str, Any]) -> None:
    assert copied(fits)["data"] == fits["data"]


@pytest.mark.parametrize(
    ("large", "size"),
    [
        (thing(kind="Secret", data={"a": encoded(MEBIBYTE + 1)}), MEBIBYTE + 1),
        (thing(kind="Secret", data={"a": encoded(MEBIBYTE), "b": encoded(1)}), MEBIBYTE + 1),
        (thing("ml.example.org/v1", "Model", spec="x" * MEBIBYTE), MEBIBYTE + len('{"spec":""}')),
    ],
    ids=["one value", "two values", "another kind"],
)
def test_what_is_larger_is_refused_without_a_word_of_what_is_in_it(
    large: dict[str, Any], size: int
) -> None:
    with pytest.raises(RefusedError) as caught:
        copied(large)

    words = f"kubeflow/pull: it holds {size} bytes, and a copy at most {MEBIBYTE}"
    assert str(caught.value) == f"{large['kind']} {words}"


APPLIED = {"manager": "octavo", "operation": "Apply"}
BY_HAND = {"manager": "kubectl-create", "operation": "Update"}


@pytest.mark.parametrize(
    ("labels", "entry", "held"),
    [
        ({AGENT: "octavo", COPY: "true"}, APPLIED, None),
        ({AGENT: "octavo"}, APPLIED, NOT_A_COPY),
        ({AGENT: "octavo", NAMESPACE_BUNDLE: "research"}, APPLIED, NOT_A_COPY),
        (
            {AGENT: "octavo", COPY: "true", PART_OF: "x"},
            APPLIED,
            Holder("another ApplySet (x)", adoptable=False),
        ),
        (
            {AGENT: "octavo", COPY: "true"},
            BY_HAND,
            Holder("someone (made by kubectl-create)", adoptable=True),
        ),
    ],
    ids=["a copy of ours", "storage of ours", "of a namespace's bundle", "a member", "forged"],
)
def test_who_holds_the_place_of_a_copy(
    labels: dict[str, str], entry: dict[str, str], held: Holder | None
) -> None:
    live = thing()
    live["metadata"] |= {"labels": labels, "managedFields": [entry]}

    assert occupied(live, "octavo") == held
