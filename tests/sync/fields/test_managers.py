"""Who owns what differs, in the server's own words."""

from __future__ import annotations

from typing import Any

import pytest
from controlplane.cluster import Cluster

from sync.errors import Cause, ClusterError
from sync.fields import Difference, Manager, compare, conflicts_of, digest, our_part
from sync.fields.tree import applied

LABELS = {"app": "main"}
OCTAVO, OTHER = Manager("octavo", "Apply"), Manager("other", "Apply")
KUBECTL = Manager("kubectl-edit", "Update")


def workload(image: str = "base:1", **spec: Any) -> dict[str, Any]:
    containers = [{"name": "main", "image": image, "env": [{"name": "A", "value": "1"}]}]
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": containers}}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "churn", "labels": {"team": "a"}},
        "spec": {
            "serviceName": "churn",
            "selector": {"matchLabels": LABELS},
            "template": template,
            **spec,
        },
    }


IMAGE = '.spec.template.spec.containers[name="main"].image'
VALUE = '.spec.template.spec.containers[name="main"].env[name="A"].value'


def test_what_differs_is_said_with_those_who_own_it(api: Any) -> None:
    desired = api.placed(workload(replicas=0))
    api.apply(workload(replicas=0, revisionHistoryLimit=3))
    api.apply({**workload("base:2"), "metadata": {"name": "churn"}}, "other", force=True)
    api.merge(desired, {"metadata": {"labels": {"team": "b"}}}, "kubectl-edit")
    api.merge(desired, {"spec": {"replicas": 1}}, "kubectl-edit")
    wanted = {**desired, "metadata": {**desired["metadata"], "annotations": {"new": "1"}}}
    found = {each.path: each for each in compare(wanted, api.get(desired)).differences}
    assert found == {
        each.path: each
        for each in (
            Difference(".metadata.annotations", "added"),
            Difference(".metadata.labels.team", "changed", (KUBECTL,)),
            Difference(".spec.replicas", "changed", (KUBECTL,)),
            Difference(".spec.revisionHistoryLimit", "dropped", (OCTAVO,)),
            Difference(IMAGE, "changed", (OTHER,)),
        )
    }


def test_the_server_names_the_same_conflicts(api: Any) -> None:
    api.apply(workload("base:2", replicas=0), "other")
    api.merge(workload(), {"spec": {"replicas": 2}}, "scaler")
    api.merge(workload(), {"metadata": {"labels": {"team": "b", "mine": "x"}}}, "kubectl-edit")
    desired = api.placed(workload(replicas=1))
    with pytest.raises(ClusterError) as refused:
        api.apply(desired)
    told = conflicts_of(refused.value)
    assert told == (
        Difference(".metadata.labels.team", "changed", (KUBECTL,)),
        Difference(".spec.replicas", "changed", (Manager("scaler", "Update"),)),
        Difference(IMAGE, "changed", (OTHER,)),
    )
    found = compare(desired, api.get(desired)).differences
    assert {each for each in found if each.kind == "changed"} == set(told)
    assert {each.path for each in found if each.kind == "unowned"} >= {VALUE}


def test_a_scaled_workload_names_who_scaled_it(api: Any, cluster: Cluster) -> None:
    desired = api.placed(workload(replicas=0))
    api.apply(desired)
    cluster.kubectl("scale", "statefulset/churn", "--replicas=1")
    (found,) = compare(desired, api.get(desired)).differences
    assert (found.path, found.kind) == (".spec.replicas", "changed")
    # servers before 1.22 do not write down who used a subresource
    assert {(each.operation, each.subresource) for each in found.managers} in (
        {("Update", "scale")},
        {("Apply", "")},
        {("Update", "")},
    )


@pytest.mark.parametrize(
    ("message", "manager"),
    [
        ('conflict with "other"', Manager("other", "Apply")),
        ('conflict with "kubectl" using apps/v1', Manager("kubectl", "Update")),
        ('conflict with "a b" using v1 at 2026-01-02T03:04:05Z', Manager("a b", "Update")),
        (
            'conflict with "kubectl" with subresource "scale" using apps/v1',
            Manager("kubectl", "Update", "scale"),
        ),
    ],
)
def test_the_words_of_a_conflict_are_read(message: str, manager: Manager) -> None:
    causes = [
        Cause("FieldManagerConflict", ".spec.replicas", message),
        Cause("Other", ".x", message),
    ]
    found = conflicts_of(ClusterError(409, "Conflict", "", causes))
    assert found == (Difference(".spec.replicas", "changed", (manager,)),)


def test_our_part_follows_what_we_own_and_nothing_else(api: Any) -> None:
    desired = api.placed(workload())
    before = api.apply(desired)
    scaled = api.merge(desired, {"spec": {"replicas": 0}})
    assert our_part(scaled) == our_part(before)
    drifted = api.merge(desired, {"spec": {"template": {"metadata": {"labels": {"more": "x"}}}}})
    assert our_part(drifted) != our_part(before)
    assert our_part({}) == digest(None) != our_part(before)


def test_an_object_that_is_not_ours_is_all_to_be_sent(api: Any) -> None:
    desired = api.placed(workload())
    live = api.create(desired, "kubectl-create")
    assert applied(live) is None
    found = compare(desired, live).differences
    assert {each.kind for each in found} == {"unowned"}
    assert {each.managers for each in found} == {(Manager("kubectl-create", "Update"),)}


def test_another_version_is_different(api: Any) -> None:
    desired = api.placed(workload())
    live = api.apply(desired)
    other = {**desired, "apiVersion": "apps/v2"}
    assert [each.path for each in compare(other, live).differences] == [".apiVersion"]


def test_the_order_of_items_is_seen(api: Any) -> None:
    desired = api.placed(workload())
    spec = desired["spec"]["template"]["spec"]
    spec["containers"][0]["env"].append({"name": "B", "value": "$(A)"})
    live = api.apply(desired)
    assert compare(desired, live).same
    spec["containers"][0]["env"].reverse()
    assert [each.kind for each in compare(desired, live).differences] == ["changed"]
