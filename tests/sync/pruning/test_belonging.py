"""Which bundle an object belonged to, and what goes before what."""

from __future__ import annotations

from typing import Any

import pytest

from sync.marks import NAMESPACE_BUNDLE, NOTEBOOK_LABEL, PART_OF, REVISION_OF, applyset_id
from sync.objects import Key
from sync.pruning import Stray, bundle_of, order

RESNET = applyset_id("research", "resnet50")
LONG = applyset_id("research", "a.long.name")
ELSEWHERE = applyset_id("teaching", "statistics")
SETS = {LONG: "notebooks/research/a.long.name", ELSEWHERE: "notebooks/teaching/statistics"}
DIRECTORY = "notebooks/research/resnet50"


def owned_by(*names: str, api_version: str = "jackhoman.dev/v1beta1") -> list[dict[str, str]]:
    return [{"apiVersion": api_version, "kind": "Notebook", "name": each} for each in names]


def metadata(labels: dict[str, str], *owners: dict[str, str]) -> dict[str, Any]:
    return {"labels": labels, "ownerReferences": list(owners)}


@pytest.mark.parametrize(
    ("found", "directory"),
    [
        pytest.param(metadata({PART_OF: LONG}), SETS[LONG], id="a set of the source"),
        pytest.param(
            metadata({PART_OF: LONG, NOTEBOOK_LABEL: "a-long-name-1a2b3c4d"}),
            SETS[LONG],
            id="a set of the source before the label of a name that was cut",
        ),
        pytest.param(metadata({PART_OF: ELSEWHERE}), None, id="a set of another namespace"),
        pytest.param(
            metadata({PART_OF: RESNET}, *owned_by("resnet50")),
            DIRECTORY,
            id="the Notebook that owns it",
        ),
        pytest.param(
            metadata({PART_OF: RESNET}, *owned_by("other", "resnet50")),
            DIRECTORY,
            id="the one of its owners whose set it is part of",
        ),
        pytest.param(metadata({}, *owned_by("resnet50")), DIRECTORY, id="its owner alone"),
        pytest.param(
            metadata({PART_OF: RESNET, NOTEBOOK_LABEL: "resnet50"}), DIRECTORY, id="its label"
        ),
        pytest.param(metadata({NOTEBOOK_LABEL: "resnet50"}), DIRECTORY, id="its label alone"),
        pytest.param(metadata({REVISION_OF: "resnet50"}), DIRECTORY, id="a revision"),
        pytest.param(
            metadata({PART_OF: RESNET, NOTEBOOK_LABEL: "other"}),
            None,
            id="a label that its set contradicts",
        ),
        pytest.param(
            metadata({PART_OF: RESNET}, *owned_by("other")),
            None,
            id="an owner that its set contradicts",
        ),
        pytest.param(
            metadata({}, *owned_by("resnet50", api_version="kubeflow.org/v1")),
            None,
            id="an owner of another kind",
        ),
        pytest.param(metadata({PART_OF: RESNET}), None, id="a set that nobody knows"),
        pytest.param(metadata({NOTEBOOK_LABEL: ""}), None, id="an empty label"),
        pytest.param({}, None, id="no marks"),
        pytest.param(
            metadata({NAMESPACE_BUNDLE: "research"}), "namespaces/research", id="of its namespace"
        ),
        pytest.param(metadata({NAMESPACE_BUNDLE: "teaching"}), None, id="of another namespace"),
        pytest.param(
            metadata({NAMESPACE_BUNDLE: "research", PART_OF: RESNET}),
            None,
            id="of its namespace and of a set",
        ),
    ],
)
def test_the_bundle_of_a_role(found: dict[str, Any], directory: str | None) -> None:
    key = Key("rbac.authorization.k8s.io", "Role", "research", "resnet50-owner")

    assert bundle_of(found, key, SETS) == directory


def test_the_bundle_of_a_notebook_is_told_by_its_name_whatever_is_written_on_it() -> None:
    key = Key("jackhoman.dev", "Notebook", "research", "resnet50")
    written = metadata(
        {PART_OF: LONG, NOTEBOOK_LABEL: "other", NAMESPACE_BUNDLE: "research"}, *owned_by("other")
    )

    assert bundle_of(written, key, SETS) == DIRECTORY


@pytest.mark.parametrize(
    ("place", "directory"), [("research", "namespaces/research"), ("teaching", None)]
)
def test_the_bundle_of_a_namespace_is_its_own(place: str, directory: str | None) -> None:
    key = Key("", "Namespace", "", "research")

    assert bundle_of(metadata({NAMESPACE_BUNDLE: place}), key, SETS) == directory


def test_routes_go_first_protections_after_what_they_protect_and_the_notebook_last() -> None:
    kinds = [
        "Mapping",
        "VirtualService",
        "StatefulSet",
        "Service",
        "AuthorizationPolicy",
        "NetworkPolicy",
        "ConfigMap",
        "Secret",
        "PersistentVolumeClaim",
        "RoleBinding",
        "Role",
        "ServiceAccount",
        "ControllerRevision",
        "LimitRange",
        "ResourceQuota",
        "Notebook",
    ]
    mixed = [Stray(Key("", kind, "research", "a"), "", {}) for kind in reversed(kinds)]

    assert [each.key.kind for each in order(mixed)] == kinds


def test_the_order_does_not_depend_on_how_they_were_found() -> None:
    strays = [Stray(Key("", "Secret", "research", name), "", {}) for name in "bca"]

    assert [each.key.name for each in order(strays)] == ["a", "b", "c"]
