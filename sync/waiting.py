"""Waits for notebooks to be ready, and says in words why one is not."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sync import marks
from sync.cluster import Cluster
from sync.objects import GroupKind, Key
from sync.shelf import Shelf
from sync.words import why_not_started

POD = GroupKind("", "Pod")
EVENT = GroupKind("", "Event")
CLAIM = GroupKind("", "PersistentVolumeClaim")
POLL = 1.0


@dataclass(frozen=True, slots=True)
class Unready:
    """A notebook that does not run, though it should."""

    directory: str
    words: str


@dataclass(frozen=True, slots=True)
class Waiter:
    """Looks at workloads."""

    cluster: Cluster

    def wait(self, shelf: Shelf, directories: Iterable[str], patience: float) -> list[Unready]:
        """Those that are not ready when patience ends."""
        give_up = time.monotonic() + patience
        waiting = [key for each in directories for key in _workloads(shelf, each)]
        while waiting := [key for key in waiting if not self._ready(key)]:
            if time.monotonic() + POLL > give_up:
                break
            time.sleep(POLL)
        return [
            Unready(shelf.places[key].bundle.directory, self.why(shelf, key)) for key in waiting
        ]

    def _ready(self, key: Key) -> bool:
        live = self.cluster.get(key)
        if live is None:
            return False
        wanted = live["spec"].get("replicas", 1)
        status = live.get("status") or {}
        observed = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
        if not observed or status.get("readyReplicas", 0) < wanted:
            return False
        strategy = live["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return True
        old = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        return bool(status.get("updatedReplicas", 0) >= wanted - old)

    def why(self, shelf: Shelf, key: Key) -> str:
        """Why a workload does not start."""
        live = self.cluster.get(key)
        pod = self.cluster.get(Key("", "Pod", key.namespace, f"{key.name}-0"))
        bundle = shelf.places[key].bundle
        claims = [
            found
            for member in bundle.members
            if member.key.group_kind == CLAIM
            and (found := self.cluster.get(member.key)) is not None
        ]
        names = {key.name, f"{key.name}-0", *(each["metadata"]["name"] for each in claims)}
        return why_not_started(live, pod, list(self._events(key.namespace, names)), claims)

    def _events(self, namespace: str, names: set[str]) -> Iterator[dict[str, Any]]:
        for name in sorted(names):
            pages = self.cluster.list(
                EVENT, namespace=namespace, field_selector=f"involvedObject.name={name}"
            )
            for page in pages:
                yield from page.items


def _workloads(shelf: Shelf, directory: str) -> list[Key]:
    bundle = shelf.bundles.get(directory)
    members = bundle.members if bundle else ()
    sets = (each for each in members if each.key.group_kind == marks.STATEFUL_SET)
    return [each.key for each in sets if not each.with_notebook]
