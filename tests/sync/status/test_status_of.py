"""A Notebook's status says what was seen, and is the same object where nothing is new."""

from __future__ import annotations

from typing import Any

import pytest

from sync.status import Observed, patch_of, status_of

NOW, LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
NOTEBOOK = {
    "metadata": {
        "name": "nb",
        "generation": 3,
        "annotations": {"jackhoman.dev/url": "https://x/nb/", "jackhoman.dev/revision": "abc"},
    },
    "spec": {},
}
WORKLOAD = {
    "metadata": {"name": "nb"},
    "spec": {"replicas": 1},
    "status": {"readyReplicas": 1, "currentRevision": "nb-1", "updateRevision": "nb-1"},
}
POD = {
    "metadata": {"name": "nb-0", "labels": {"controller-revision-hash": "nb-1"}},
    "spec": {"nodeName": "n"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}
RUNNING = Observed(NOTEBOOK, WORKLOAD, POD)
STOPPED = Observed(NOTEBOOK, {**WORKLOAD, "spec": {"replicas": 0}, "status": {}})


def condition(status: Any, kind: str) -> tuple[str, str, str]:
    (found,) = [each for each in status["conditions"] if each["type"] == kind]
    return found["status"], found["reason"], found["message"]


def test_a_running_notebook() -> None:
    def good(kind: str, reason: str, message: str) -> dict[str, Any]:
        return {
            "type": kind,
            "status": "True",
            "reason": reason,
            "message": message,
            "lastTransitionTime": NOW,
            "observedGeneration": 3,
        }

    assert status_of(RUNNING, NOW) == {
        "observedGeneration": 3,
        "conditions": [
            good("Ready", "Running", "its pod is ready"),
            good("Synced", "Applied", "all is as git says"),
            good("DependenciesReady", "Copied", "all that it needs is there"),
        ],
        "url": "https://x/nb/",
        "revision": "abc",
        "ready": True,
        "readyReplicas": 1,
        "updatePending": False,
    }


READINESS: dict[str, tuple[Observed, tuple[str, str, str]]] = {
    "it runs": (RUNNING, ("True", "Running", "its pod is ready")),
    "it is stopped": (STOPPED, ("False", "Stopped", "it is stopped")),
    "it stops": (
        Observed(NOTEBOOK, STOPPED.statefulset, POD),
        ("False", "Stopping", "it is being stopped"),
    ),
    "it is not there": (
        Observed(NOTEBOOK),
        ("False", "NotStarted", "it has no StatefulSet yet: the next sync makes it"),
    ),
    "its owner stopped it before it was there": (
        Observed({**NOTEBOOK, "spec": {"stopped": True}}),
        ("False", "Stopped", "it is stopped"),
    ),
    "its pod is going": (
        Observed(
            NOTEBOOK,
            WORKLOAD,
            {**POD, "metadata": {"name": "nb-0", "deletionTimestamp": NOW}},
        ),
        ("False", "NotStarted", "its old pod is still stopping: the new one comes after it"),
    ),
    "its pod does not answer": (
        Observed(NOTEBOOK, WORKLOAD, {**POD, "status": {"phase": "Running"}}),
        (
            "False",
            "NotStarted",
            "it runs and does not answer yet: it may still be starting",
        ),
    ),
}


@pytest.mark.parametrize(("observed", "said"), READINESS.values(), ids=READINESS)
def test_whether_it_is_ready(observed: Observed, said: tuple[str, str, str]) -> None:
    status = status_of(observed, NOW)
    assert condition(status, "Ready") == said
    assert status["ready"] is (said[0] == "True")
    assert status.get("stopped", False) is said[1].startswith("Stop")


def test_a_running_notebook_is_not_said_to_be_stopped_at_all() -> None:
    """The column shows the spec's word or this one, whichever there is."""
    assert "stopped" not in status_of(RUNNING, NOW)
    assert status_of(STOPPED, NOW)["stopped"] is True


@pytest.mark.parametrize(
    ("update", "running", "replicas", "pending"),
    [
        ("nb-1", "nb-1", 1, False),
        ("nb-2", "nb-1", 1, True),
        ("nb-2", "nb-1", 0, False),
        ("", "nb-1", 1, False),
        ("nb-2", "", 1, False),
    ],
)
def test_an_update_is_pending_where_the_pod_is_of_another_template(
    update: str, running: str, replicas: int, pending: bool
) -> None:
    workload = {
        **WORKLOAD,
        "spec": {"replicas": replicas},
        "status": {"currentRevision": "nb-1", "updateRevision": update},
    }
    pod = {**POD, "metadata": {"name": "nb-0", "labels": {"controller-revision-hash": running}}}
    assert status_of(Observed(NOTEBOOK, workload, pod), NOW)["updatePending"] is pending


def test_problems_are_said_in_one_line() -> None:
    observed = Observed(
        NOTEBOOK,
        WORKLOAD,
        POD,
        problems=["Service nb:\n  conflict", "Service nb:\n  conflict", "Role x"],
        dependency_problems=["Secret kf/s: is not there"],
    )
    status = status_of(observed, NOW)
    assert condition(status, "Synced") == (
        "False",
        "SyncFailed",
        "Service nb: conflict; Role x",
    )
    assert condition(status, "DependenciesReady") == (
        "False",
        "DependencyProblem",
        "Secret kf/s: is not there",
    )
    assert status["lastError"] == "Service nb: conflict; Role x; Secret kf/s: is not there"
    assert status["ready"] is True, "what runs goes on running"


def test_an_error_is_cut() -> None:
    status = status_of(Observed(NOTEBOOK, WORKLOAD, POD, problems=["x\n" * 5000]), NOW)
    assert len(status["lastError"]) == 1024
    assert status["lastError"].isprintable()


CHANGES = {
    "nothing": (RUNNING, RUNNING),
    "nothing of what is stopped": (STOPPED, STOPPED),
    "nothing of what is broken": (Observed(NOTEBOOK), Observed(NOTEBOOK)),
}


@pytest.mark.parametrize(("first", "second"), CHANGES.values(), ids=CHANGES)
def test_where_nothing_is_new_it_is_the_same_object(first: Observed, second: Observed) -> None:
    before = status_of(first, NOW)
    assert status_of(second, LATER, before) is before
    assert patch_of(before, before) == {}


def test_a_time_changes_only_with_its_condition() -> None:
    before = status_of(RUNNING, NOW)
    after = status_of(STOPPED, LATER, before)
    times = {each["type"]: each["lastTransitionTime"] for each in after["conditions"]}
    assert times == {"Ready": LATER, "Synced": NOW, "DependenciesReady": NOW}
    why = Observed(NOTEBOOK, WORKLOAD, None)
    still = status_of(why, "2026-01-03T00:00:00Z", after)
    assert condition(still, "Ready") != condition(after, "Ready")
    assert still["conditions"][0]["lastTransitionTime"] == LATER, "it is as unready as before"


def test_a_new_generation_is_news() -> None:
    before = status_of(RUNNING, NOW)
    newer = {**NOTEBOOK, "metadata": {**NOTEBOOK["metadata"], "generation": 4}}
    after = status_of(Observed(newer, WORKLOAD, POD), LATER, before)
    assert after["observedGeneration"] == 4
    assert {each["observedGeneration"] for each in after["conditions"]} == {4}
    assert {each["lastTransitionTime"] for each in after["conditions"]} == {NOW}


def test_what_others_wrote_is_left() -> None:
    theirs = {"type": "Backup", "status": "True"}
    before = {"lastActivity": NOW, "conditions": [theirs]}
    status = status_of(RUNNING, NOW, before)
    assert status["lastActivity"] == NOW
    assert theirs in status["conditions"]
    assert before == {"lastActivity": NOW, "conditions": [theirs]}


def test_a_patch_holds_what_changed_and_takes_back_what_is_gone() -> None:
    before = status_of(Observed(NOTEBOOK, WORKLOAD, POD, problems=["x"]), NOW)
    after = status_of(RUNNING, LATER, before)
    patch = patch_of(before, after)
    assert patch == {"status": {"conditions": after["conditions"], "lastError": None}}
    assert patch_of(None, after) == {"status": after}
