"""What cannot be changed is known in the words of every release, and no value is repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync import fields, mending
from sync.cluster.identity import Endpoint, Identity
from sync.cluster.model import Answer
from sync.cluster.refusals import refusal
from sync.cluster.request import Place, Request
from sync.errors import ClusterError

WHO = Identity(Endpoint("https://here", None), {}, "context here")
FORBIDDEN, INVALID = "FieldValueForbidden", "FieldValueInvalid"
LISTED = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template'"
DUMPED = 'Invalid value: []core.PersistentVolumeClaim{core.PersistentVolumeClaim{Name:"hush"}}'
ROLE = 'Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Name:"hush"}'


def refused(
    resource: str, *causes: tuple[str, str, str], status: int = 422, message: str = ""
) -> ClusterError:
    """As the API server says it."""
    said = message or ", ".join(f"{field}: {words}" for _, field, words in causes)
    body: dict[str, Any] = {
        "kind": "Status",
        "status": "Failure",
        "reason": "Invalid",
        "code": status,
        "message": f'Thing "nb" is invalid: {said}',
        "details": {
            "causes": [
                {"reason": reason, "field": field, "message": words}
                for reason, field, words in causes
            ]
        },
    }
    request = Request("patch", "PATCH", "/", Place(resource, "team-a", "nb"))
    return refusal(request, Answer(status, {}, json.dumps(body).encode()), WHO)


WORKLOADS = {
    "1.20": (FORBIDDEN, "spec", f"{LISTED}, and 'updateStrategy' are forbidden"),
    "1.22": (FORBIDDEN, "spec", f"{LISTED}, 'updateStrategy' and 'minReadySeconds' are forbidden"),
    "1.36": (
        FORBIDDEN,
        "spec",
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals',"
        " 'template', 'updateStrategy', 'revisionHistoryLimit',"
        " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
    "1.37, a name": (INVALID, "spec.serviceName", 'Invalid value: "b": field is immutable'),
    "1.37, a structure": (INVALID, "spec.selector", 'Invalid value: {"a":"b"}: field is immutable'),
    "1.37, a dump": (INVALID, "spec.volumeClaimTemplates", f"{DUMPED}: field is immutable"),
}
OTHER_WORKLOADS = {
    "a value": (INVALID, "spec.replicas", "Invalid value: -1: must be greater than or equal to 0"),
    "a strategy": (
        INVALID,
        "spec.updateStrategy.rollingUpdate",
        "Invalid value: apps.RollingUpdateStatefulSetStrategy{Partition:0}: only allowed for"
        " updateStrategy 'RollingUpdate'",
    ),
    "another field": (INVALID, "specification", 'Invalid value: "b": field is immutable'),
}


@pytest.mark.parametrize("release", WORKLOADS)
def test_a_workload_that_cannot_be_changed_in_place(release: str) -> None:
    error = refused("statefulsets.apps", WORKLOADS[release])
    assert "--cascade=orphan" in mending.remedy(thing("StatefulSet"), {}, error).words
    assert "hush" not in f"{error}{error.causes}"


@pytest.mark.parametrize("case", OTHER_WORKLOADS)
def test_a_workload_that_is_wrong_is_not_mistaken_for_one(case: str) -> None:
    error = refused("statefulsets.apps", OTHER_WORKLOADS[case])
    assert not fields.is_fixed(error, "spec")


@pytest.mark.parametrize("words", [f"{ROLE}: cannot change roleRef", f"{ROLE}: field is immutable"])
def test_a_binding_whose_role_changes_is_made_anew(words: str) -> None:
    error = refused("rolebindings.rbac.authorization.k8s.io", (INVALID, "roleRef", words))
    assert mending.remedy(thing("RoleBinding"), {}, error).anew
    assert "hush" not in f"{error}{error.causes}"


def test_a_binding_to_nothing_is_not_made_anew() -> None:
    cause = ("FieldValueRequired", "roleRef.name", "Required value")
    error = refused("rolebindings.rbac.authorization.k8s.io", cause)
    assert not mending.remedy(thing("RoleBinding"), thing("RoleBinding"), error).anew


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("type", 'Invalid value: "hush": field is immutable', "type: field is immutable"),
        (
            "data",
            "Forbidden: field is immutable when `immutable` is set",
            "data: field is immutable when `immutable` is set",
        ),
        ("data[hush]", 'Invalid value: "hush": a valid config key must consist of', "data[hush]"),
    ],
)
def test_of_a_secret_the_verdict_is_said_and_no_value(field: str, words: str, said: str) -> None:
    error = refused("secrets", (INVALID, field, words))
    assert str(error) == f"patch secrets/nb in namespace team-a: Invalid ({said})"
    assert all("hush" not in each.message for each in error.causes)


def test_a_policy_that_answers_401_has_nothing_against_our_credentials() -> None:
    rule = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no root"
    assert "denied request: no root" in str(refused("pods", status=401, message=rule))
    assert "log in again" in str(refused("pods", status=401, message="Unauthorized"))


def thing(kind: str) -> dict[str, Any]:
    group = {"StatefulSet": "apps/v1"}.get(kind, "rbac.authorization.k8s.io/v1")
    return {"apiVersion": group, "kind": kind, "metadata": {"name": "nb", "namespace": "team-a"}}
