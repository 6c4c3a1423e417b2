"""Watches, one thread a kind: every event is handed on; a watch that ends is begun anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sync.agent.log import LOG
from sync.cluster import Cluster, Event, ListExpired
from sync.errors import ClusterError
from sync.objects import GroupKind

FIRST, LONGEST = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What one thread watches."""

    kind: GroupKind
    selector: str = ""
    namespace: str = ""
    field_selector: str = ""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who is told: of an event; of a gap, after which everything of a kind must be compared."""

    event: Callable[[Subject, Event], None]
    gap: Callable[[Subject], None]


class Watcher:
    """Watches many subjects until told to stop."""

    def __init__(self, cluster: Cluster, hands: Hands, stop: threading.Event) -> None:
        self._cluster = cluster
        self._hands = hands
        self._stop = stop
        self._threads: dict[Subject, threading.Thread] = {}

    def watch(self, subject: Subject) -> None:
        """Begin, unless it is watched already; events flow from now on."""
        if subject in self._threads:
            return
        thread = threading.Thread(
            target=self._run,
            args=(subject, self._begin(subject)),
            name=f"watch {subject.kind}",
            daemon=True,
        )
        self._threads[subject] = thread
        thread.start()

    def __len__(self) -> int:
        return len(self._threads)

    def _begin(self, subject: Subject) -> str:
        """The version of now, at the price of one object."""
        pages = self._cluster.list(
            subject.kind,
            namespace=subject.namespace,
            selector=subject.selector,
            field_selector=subject.field_selector,
            metadata_only=True,
            limit=1,
        )
        return next(iter(pages)).resource_version

    def _run(self, subject: Subject, version: str) -> None:
        pause = FIRST
        while not self._stop.is_set():
            try:
                if not version:
                    version = self._begin(subject)
                    self._hands.gap(subject)
                version = self._follow(subject, version)
                pause = FIRST
            except ListExpired:
                version = ""
            except ClusterError as error:
                LOG.warning("a watch ended", extra={"facts": {"kind": subject.kind, "why": error}})
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST)

    def _follow(self, subject: Subject, version: str) -> str:
        for event in self._cluster.watch(
            subject.kind,
            version,
            selector=subject.selector,
            namespace=subject.namespace,
            field_selector=subject.field_selector,
            stop=self._stop,
        ):
            version = event.object["metadata"]["resourceVersion"]
            if event.type != "BOOKMARK":
                self._hands.event(subject, event)
        return version
