"""What is said of a Notebook in its status, from what was seen of it. Writes nothing.

Of what was said before only the times of transitions are taken, and what others wrote there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import words
from sync.objects import Object, annotations_of, labels, metadata, terminating

URL = "jackhoman.dev/url"
REVISION = "jackhoman.dev/revision"
LONGEST_ERROR = 1024
Status = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of one notebook. Problems and dependency problems are words, empty if none.

    `by_others`: somebody else applies it, and knows whether all is as git says.
    """

    notebook: Object
    statefulset: Object | None = None
    pod: Object | None = None
    problems: Sequence[str] = ()
    dependency_problems: Sequence[str] = ()
    events: Sequence[Object] = ()
    claims: Sequence[Object] = ()
    by_others: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition, before it has a time. Servers have made null of an empty message."""

    type: str
    status: bool
    reason: str
    message: str


SYNCED = Verdict("Synced", status=True, reason="Applied", message="all is as git says")
LEFT = Verdict(
    "Synced", status=True, reason="AppliedByOthers", message="it is left to whoever applies it"
)
COPIED = Verdict(
    "DependenciesReady", status=True, reason="Copied", message="all that it needs is there"
)


def status_of(observed: Observed, now: str, previous: Status | None = None) -> Status:
    """The status; it is `previous` itself where there is nothing new to say."""
    before = previous or {}
    generation = metadata(observed.notebook).get("generation", 0)
    fresh = _facts(observed) | {
        "observedGeneration": generation,
        "conditions": _timed(_verdicts(observed), before, generation, now),
    }
    kept = {key: value for key, value in before.items() if key not in OURS}
    status = {**kept, **{key: value for key, value in fresh.items() if value is not None}}
    return before if status == before else status


def patch_of(previous: Status | None, status: Status) -> Mapping[str, Any]:
    """The JSON merge patch of the status subresource; empty where there is nothing to write."""
    before = previous or {}
    changed: dict[str, Any] = {
        key: value for key, value in status.items() if before.get(key) != value
    }
    changed.update(dict.fromkeys(before.keys() - status.keys()))
    return {"status": changed} if changed else {}


# Not among them: lastActivity, which who watches for idleness writes.
OURS = frozenset({
    "conditions",
    "lastError",
    "observedGeneration",
    "ready",
    "readyReplicas",
    "revision",
    "stopped",
    "updatePending",
    "url",
})


def says_trouble(notebook: Object) -> bool:
    """Whether the status that stands says that the last sync, or a dependency, went wrong."""
    return any(
        each.get("type") in {"Synced", "DependenciesReady"} and each.get("status") == "False"
        for each in (notebook.get("status") or {}).get("conditions") or ()
    )


def is_ready(observed: Observed) -> bool:
    """Whether the pod that is there can be used."""
    pod = observed.pod
    if pod is None or terminating(pod) or is_stopped(observed):
        return False
    return _condition(pod, "Ready").get("status") == "True"


def is_stopped(observed: Observed) -> bool:
    """Stopped by whoever may: git, its owner, a scale to nothing."""
    workload = observed.statefulset
    if workload is None:
        return bool((observed.notebook.get("spec") or {}).get("stopped"))
    return bool((workload.get("spec") or {}).get("replicas", 1) == 0)


def is_update_pending(observed: Observed) -> bool:
    """Whether the pod is of another template than the one that its next start takes.

    `status.currentRevision` does not say it: it stays where pods are replaced on deletion.
    """
    workload, pod = observed.statefulset, observed.pod
    if workload is None or pod is None or is_stopped(observed):
        return False
    newest = (workload.get("status") or {}).get("updateRevision")
    running = labels(pod).get("controller-revision-hash")
    return bool(newest and running and newest != running)


def _facts(observed: Observed) -> dict[str, Any]:
    """Fields without which a running notebook goes are absent: absent and false say the same."""
    noted = annotations_of(observed.notebook)
    workload = (observed.statefulset or {}).get("status") or {}
    problems = [*observed.problems, *observed.dependency_problems]
    return {
        "ready": is_ready(observed),
        "readyReplicas": workload.get("readyReplicas", 0),
        "revision": noted.get(REVISION),
        "stopped": is_stopped(observed) or None,
        "updatePending": is_update_pending(observed),
        "url": noted.get(URL),
        "lastError": _lines(problems) or None,
    }


def _verdicts(observed: Observed) -> tuple[Verdict, ...]:
    return (
        _readiness(observed),
        _without(observed.problems, LEFT if observed.by_others else SYNCED, "SyncFailed"),
        _without(observed.dependency_problems, COPIED, "DependencyProblem"),
    )


def _readiness(observed: Observed) -> Verdict:
    if is_stopped(observed):
        stopping = observed.pod is not None
        reason = "Stopping" if stopping else "Stopped"
        said = "it is being stopped" if stopping else "it is stopped"
        return Verdict("Ready", False, reason, said)  # noqa: FBT003 - a condition's status
    if is_ready(observed):
        return Verdict("Ready", True, "Running", "its pod is ready")  # noqa: FBT003
    why = words.why_not_started(
        observed.statefulset, observed.pod, observed.events, observed.claims
    )
    return Verdict("Ready", False, "NotStarted", words.one_line(why))  # noqa: FBT003


def _without(problems: Sequence[str], good: Verdict, bad: str) -> Verdict:
    if problems:
        return Verdict(good.type, status=False, reason=bad, message=_lines(problems))
    return good


def _lines(problems: Iterable[str]) -> str:
    return words.one_line("; ".join(dict.fromkeys(problems)), LONGEST_ERROR)


def _timed(
    verdicts: Iterable[Verdict], before: Status, generation: int, now: str
) -> list[Mapping[str, Any]]:
    """Ours first, then those of others; a time changes only with what it is the time of."""
    had = {each.get("type"): each for each in before.get("conditions") or ()}
    made: list[Mapping[str, Any]] = []
    for verdict in verdicts:
        status = "True" if verdict.status else "False"
        old = had.pop(verdict.type, {})
        since = old.get("lastTransitionTime") if old.get("status") == status else None
        made.append({
            "type": verdict.type,
            "status": status,
            "reason": verdict.reason,
            "message": verdict.message,
            "lastTransitionTime": since or now,
            "observedGeneration": generation,
        })
    return [*made, *had.values()]


def _condition(obj: Object, kind: str) -> Mapping[str, Any]:
    found = (obj.get("status") or {}).get("conditions") or ()
    return next((each for each in found if each.get("type") == kind), {})
