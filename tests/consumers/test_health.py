"""What Argo CD and Flux make of a Notebook's status that our agent wrote, by real Lua and CEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import celpy
import lupa
import pytest
from celpy.adapter import json_to_cel

from renderer.consumers.health import CEL, LUA, STATUS_MANAGER
from sync import marks
from sync.status import Observed, status_of

NOW = "2026-01-01T00:00:00Z"
NOTEBOOK = {"metadata": {"name": "nb", "generation": 3}, "spec": {}}
WORKLOAD = {
    "metadata": {"name": "nb"},
    "spec": {"replicas": 1},
    "status": {"readyReplicas": 1, "updateRevision": "nb-1"},
}
POD = {
    "metadata": {"name": "nb-0", "labels": {"controller-revision-hash": "nb-1"}},
    "spec": {"nodeName": "n"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}
SCALED_DOWN = {**WORKLOAD, "spec": {"replicas": 0}, "status": {}}
UPDATED = {**WORKLOAD, "status": {"readyReplicas": 1, "updateRevision": "nb-2"}}
RUNNING = Observed(NOTEBOOK, WORKLOAD, POD)

# What was seen; what Argo CD calls it and shows; what Flux makes of it.
CASES: dict[str, tuple[Observed, str, str, str]] = {
    "it runs": (RUNNING, "Healthy", "its pod is ready", "Current"),
    "an update waits for its next start": (
        replace(RUNNING, statefulset=UPDATED),
        "Healthy",
        "it runs; its next start brings an update",
        "Current",
    ),
    "it starts": (
        replace(RUNNING, pod=None),
        "Progressing",
        "its pod is not made yet",
        "InProgress",
    ),
    "it is stopped": (
        Observed(NOTEBOOK, SCALED_DOWN),
        "Suspended",
        "it is stopped",
        "Current",
    ),
    "it is stopping": (
        Observed(NOTEBOOK, SCALED_DOWN, POD),
        "Suspended",
        "it is being stopped",
        "Current",
    ),
    "its sync failed": (
        replace(RUNNING, problems=["the quota is used up"]),
        "Degraded",
        "the quota is used up",
        "Failed",
    ),
    "a dependency is missing": (
        replace(RUNNING, dependency_problems=["Secret kubeflow/s3 is not there"]),
        "Degraded",
        "Secret kubeflow/s3 is not there",
        "Failed",
    ),
    "it is stopped, and a dependency is missing": (
        Observed(NOTEBOOK, SCALED_DOWN, dependency_problems=["Secret kubeflow/s3 is not there"]),
        "Degraded",
        "Secret kubeflow/s3 is not there",
        "Failed",
    ),
}


def reported(observed: Observed) -> dict[str, Any]:
    """The Notebook as it stands in the cluster, with a status that our agent wrote."""
    status = dict(status_of(observed, NOW))
    metadata = {**observed.notebook["metadata"], "managedFields": [{"manager": STATUS_MANAGER}]}
    return {**observed.notebook, "metadata": metadata, "status": status}


def unreported(**more: Any) -> dict[str, Any]:
    metadata = {**NOTEBOOK["metadata"], "managedFields": [{"manager": "argocd-controller"}]}
    return {**NOTEBOOK, "metadata": metadata, **more}


def in_argo(obj: Mapping[str, Any]) -> tuple[str, str]:
    """As Argo CD asks: a script that finds the object in `obj` and returns its health."""
    lua: Any = lupa.LuaRuntime(unpack_returned_tuples=True)
    lua.globals().obj = lua.table_from(obj, recursive=True)
    health = lua.execute(LUA)
    return health.status, health.message


def in_flux(obj: Mapping[str, Any], kind: str = "Notebook") -> str:
    """As Flux asks: of the generation, then each expression in its order; an error is Unknown."""
    status, metadata = obj.get("status", {}), obj.get("metadata", {})
    if status.get("observedGeneration", metadata.get("generation")) != metadata.get("generation"):
        return "InProgress"
    (check,) = [each for each in CEL if each["kind"] == kind]
    words = {"inProgress": "InProgress", "failed": "Failed", "current": "Current"}
    for key, word in words.items():
        if key in check and evaluated(check[key], obj):
            return word
    return "InProgress"


def evaluated(expression: str, obj: Mapping[str, Any]) -> bool:
    """A CELEvalError where the expression ends in one."""
    environment = celpy.Environment()
    program = environment.program(environment.compile(expression))
    return bool(program.evaluate({key: json_to_cel(each) for key, each in obj.items()}))


@pytest.mark.parametrize("case", CASES)
def test_argo_cd_shows_how_it_is_and_why(case: str) -> None:
    observed, word, message, _ = CASES[case]
    found, said = in_argo(reported(observed))
    assert found == word
    assert message in said


@pytest.mark.parametrize("case", CASES)
def test_flux_waits_for_what_will_come_and_no_longer(case: str) -> None:
    observed, _, _, word = CASES[case]
    assert in_flux(reported(observed)) == word


BOTH: list[Callable[[Mapping[str, Any]], object]] = [in_argo, in_flux]


@pytest.mark.parametrize("status", [{}, {"status": {}}], ids=["none", "empty"])
def test_where_no_agent_reports_nothing_is_waited_for(status: dict[str, Any]) -> None:
    assert in_argo(unreported(**status)) == ("Healthy", "no agent reports how it is")
    assert in_flux(unreported(**status)) == "Current"


def test_whether_there_is_a_status_is_never_asked_of_the_status() -> None:
    """Where there is none, `has` is false here, and an error in Flux, which then waits in vain."""
    (check,) = [each for each in CEL if each["kind"] == "Notebook"]
    for key in ("failed", "current"):
        asked, _, rest = check[key].partition(")")
        assert "metadata.managedFields" in asked
        assert f"'{STATUS_MANAGER}'" in rest
        assert check[key].index("managedFields") < check[key].index("status.")


def test_where_the_server_shows_no_managers_nothing_is_waited_for() -> None:
    assert in_flux(NOTEBOOK) == "Current"


def test_what_the_agent_has_not_seen_yet_is_waited_for() -> None:
    obj = reported(RUNNING)
    obj["metadata"] = {**obj["metadata"], "generation": 4}
    assert in_argo(obj)[0] == "Progressing"
    assert in_flux(obj) == "InProgress"


def test_conditions_of_others_say_nothing() -> None:
    obj = reported(RUNNING)
    obj["status"]["conditions"].insert(0, {"type": "Pretty", "status": "False"})
    assert in_argo(obj) == ("Healthy", "its pod is ready")
    assert in_flux(obj) == "Current"


def test_a_status_without_what_is_looked_for_is_not_ready_yet() -> None:
    obj = unreported(status={"conditions": [{"type": "Pretty", "status": "True"}]})
    obj["metadata"]["managedFields"] = [{"manager": STATUS_MANAGER}]
    assert in_argo(obj) == ("Progressing", "it is not ready yet")
    assert in_flux(obj) == "InProgress"


@pytest.mark.parametrize(
    ("phase", "word"), [("Bound", "Current"), ("Pending", "Current"), ("Lost", "Failed")]
)
def test_flux_does_not_wait_for_a_claim_that_a_pod_has_yet_to_ask_for(
    phase: str, word: str
) -> None:
    assert in_flux({"status": {"phase": phase}}, "PersistentVolumeClaim") == word


def test_the_agent_is_known_by_the_manager_that_it_writes_as() -> None:
    assert STATUS_MANAGER == marks.STATUS_MANAGER
