"""Kubernetes Events on Notebooks: what was done to them, said once an hour at most."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sync.agent.log import LOG
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.marks import Parent
from sync.outcome import Action, Outcome

QUIET = 3600.0
MOST_LETTERS = 1024
MOST_WAITING = 200
REASONS = {
    Action.REPAIRED: ("Normal", "DriftRepaired"),
    Action.ADOPTED: ("Normal", "Adopted"),
    Action.DELETED: ("Normal", "Removed"),
    Action.COPIED: ("Normal", "DependencyCopied"),
    Action.FAILED: ("Warning", "SyncFailed"),
    Action.WAITING: ("Warning", "SyncWaiting"),
}


class Recorder:
    """Told by the loop, written by another thread; what is too much at once is left to the log."""

    def __init__(
        self, cluster: Cluster, agent: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cluster = cluster
        self._agent = agent
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)

    def record(self, outcomes: Iterable[Outcome], parents: Mapping[str, Parent]) -> None:
        """Note what is worth telling; `parents` by directory."""
        now = self._clock()
        self._told = {each: at for each, at in self._told.items() if now - at < QUIET}
        for outcome in outcomes:
            parent = parents.get(outcome.directory)
            if outcome.action not in REASONS or parent is None:
                continue
            said = (outcome.directory, f"{outcome.action} {outcome.key} {outcome.words}")
            if said not in self._told and len(self._waiting) < MOST_WAITING:
                self._told[said] = now
                self._waiting.append(self._event(outcome, parent))

    def __bool__(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting)

    def write(self, stop: threading.Event) -> None:
        while self._waiting and not stop.is_set():
            try:
                self._cluster.create(self._waiting.popleft())
            except ClusterError as error:
                LOG.warning("an Event was not written", extra={"facts": {"why": error}})

    def _event(self, outcome: Outcome, parent: Parent) -> dict[str, Any]:
        kind, reason = REASONS[outcome.action]
        about = f"{outcome.key}: {outcome.words}".removesuffix(": ")
        text = about if outcome.key else outcome.words
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = f"{parent.name[:200]}.{uuid4().hex[:16]}"
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": parent.namespace},
            "involvedObject": {**parent.owner_reference, "namespace": parent.namespace},
            "type": kind,
            "reason": reason,
            "message": text[:MOST_LETTERS],
            "source": {"component": "octavo"},
            "reportingComponent": "octavo",
            "reportingInstance": self._agent,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
