"""Kubernetes Events on Notebooks: what was done to them, said once an hour at most."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from sync import marks
from sync.agent.log import LOG
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.outcome import Action, Outcome

QUIET = 3600.0
MOST = 1024
REASONS = {
    Action.REPAIRED: ("Normal", "DriftRepaired"),
    Action.ADOPTED: ("Normal", "Adopted"),
    Action.DELETED: ("Normal", "Removed"),
    Action.COPIED: ("Normal", "DependencyCopied"),
    Action.FAILED: ("Warning", "SyncFailed"),
    Action.WAITING: ("Warning", "SyncWaiting"),
}


class Recorder:
    """Writes Events for one agent."""

    def __init__(self, cluster: Cluster, instance: str) -> None:
        self._cluster = cluster
        self._instance = instance
        self._told: dict[tuple[str, str], float] = {}

    def record(self, outcomes: Iterable[Outcome], uids: Mapping[str, str]) -> None:
        """Tell of what is worth telling; `uids` of the Notebooks, by directory."""
        now = time.monotonic()
        self._told = {each: at for each, at in self._told.items() if now - at < QUIET}
        for outcome in outcomes:
            uid = uids.get(outcome.directory)
            if outcome.action not in REASONS or not uid:
                continue
            said = (outcome.directory, f"{outcome.action}{outcome.key}{outcome.words}")
            if said not in self._told:
                self._told[said] = now
                self._write(outcome, uid)

    def _write(self, outcome: Outcome, uid: str) -> None:
        _, namespace, name = outcome.directory.split("/")
        kind, reason = REASONS[outcome.action]
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = f"{outcome.key}: {outcome.words}" if outcome.words else str(outcome.key)
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{name[:200]}.{uuid4().hex[:16]}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": f"{marks.NOTEBOOK.group}/v1beta1",
                "kind": marks.NOTEBOOK.kind,
                "namespace": namespace,
                "name": name,
                "uid": uid,
            },
            "type": kind,
            "reason": reason,
            "message": text[:MOST],
            "source": {"component": "octavo"},
            "reportingComponent": "octavo",
            "reportingInstance": self._instance,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        try:
            self._cluster.create(event)
        except ClusterError as error:
            LOG.warning("an Event was not written", extra={"facts": {"why": error}})
