"""Whether a notebook runs: what git, its owner and its StatefulSet say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sync.bundles.model import Bundle, packed
from sync.marks import Parent
from sync.running import Life, Workload, life, workload

Object = dict[str, Any]
BY_US = ("octavo", "Apply", "")
BY_HAND = ("kubectl", "Update", "scale")
BY_ANOTHER = ("argocd-controller", "Apply", "")


def statefulset(
    name: str = "churn",
    *owners: tuple[str, str, str],
    spec: Mapping[str, Any] | None = None,
    **meta: Any,
) -> Object:
    """One whose replicas these own."""
    entries = [
        {
            "manager": manager,
            "operation": operation,
            "subresource": subresource,
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        }
        for manager, operation, subresource in owners
    ]
    metadata = {"name": name, "namespace": "team", "managedFields": entries, **meta}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}


DOWN = {"replicas": 0}


@pytest.mark.parametrize(
    ("live", "found"),
    [
        (statefulset(spec={"replicas": 1}), Workload.UP),
        (statefulset(spec={}), Workload.UP),
        (statefulset(spec=None), Workload.UP),
        (statefulset("churn", BY_US, spec=DOWN), Workload.TAKEN_DOWN),
        (statefulset("churn", BY_HAND, spec=DOWN), Workload.SCALED_DOWN),
        (statefulset("churn", BY_US, BY_ANOTHER, spec=DOWN), Workload.SCALED_DOWN),
        (statefulset("churn", ("octavo", "Update", ""), spec=DOWN), Workload.SCALED_DOWN),
        (statefulset("churn", spec=DOWN), Workload.SCALED_DOWN),
        (statefulset(spec={"replicas": 1}, deletionTimestamp="now"), Workload.LEAVING),
        (statefulset("churn", BY_HAND, spec=DOWN, deletionTimestamp="now"), Workload.LEAVING),
    ],
)
def test_a_workload_is_up_or_who_took_it_down(live: Object, found: Workload) -> None:
    assert workload(live) is found


def bundle(*, stopped: bool | None = None, replicas: int | None = None) -> Bundle:
    return Bundle(
        "notebooks/team/churn", "team", "churn", "oid", tuple(_members(stopped, replicas))
    )


def _members(stopped: bool | None, replicas: int | None) -> Iterator[Any]:
    notebook = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": "churn", "namespace": "team"},
        "spec": {} if stopped is None else {"stopped": stopped},
    }
    yield packed(notebook, "notebook.yaml")
    cache = statefulset("a-cache", spec=DOWN, annotations={"jackhoman.dev/runs": "with-notebook"})
    yield packed(cache, "cache.yaml")
    own = statefulset(spec={} if replicas is None else {"replicas": replicas})
    yield packed(own, "statefulset.yaml")


RUNNING, STOPPED = (Parent("team", "churn", "uid", each) for each in (False, True))


@pytest.mark.parametrize(
    ("parent", "found", "expected"),
    [
        (None, None, Life.RUNS),
        (RUNNING, None, Life.RUNS),
        (RUNNING, Workload.UP, Life.RUNS),
        (RUNNING, Workload.TAKEN_DOWN, Life.RUNS),
        (RUNNING, Workload.SCALED_DOWN, Life.RESTS),
        (RUNNING, Workload.LEAVING, Life.UNKNOWN),
        (None, Workload.SCALED_DOWN, Life.RESTS),
        *((STOPPED, each, Life.RESTS) for each in (None, *Workload)),
    ],
)
def test_it_runs_unless_somebody_keeps_it_from_that(
    parent: Parent | None, found: Workload | None, expected: Life
) -> None:
    assert life(bundle(), parent, found) is expected
    assert life(bundle(stopped=False, replicas=1), parent, found) is expected


@pytest.mark.parametrize("found", [None, *Workload])
def test_git_stops_it_by_the_notebook_or_by_its_workload(found: Workload | None) -> None:
    assert life(bundle(stopped=True), RUNNING, found) is Life.RESTS
    assert life(bundle(replicas=0), RUNNING, found) is Life.RESTS


def test_one_without_a_workload_runs_unless_the_notebook_says_no() -> None:
    bare = Bundle("notebooks/team/churn", "team", "churn", "oid", bundle().members[:2])
    assert (life(bare, RUNNING, None), life(bare, STOPPED, None)) == (Life.RUNS, Life.RESTS)
