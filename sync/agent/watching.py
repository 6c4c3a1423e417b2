"""Watches, one thread a subject: every event is handed on; a watch that ends is begun anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sync.agent.log import LOG
from sync.cluster import Cluster, Event, ListExpired
from sync.errors import ClusterError
from sync.objects import GroupKind

FIRST, LONGEST = 1.0, 60.0
SHORT = 5.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What one thread watches."""

    kind: GroupKind
    selector: str = ""
    namespace: str = ""
    field_selector: str = ""

    def __str__(self) -> str:
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind}{where} {self.field_selector}".rstrip()


@dataclass(frozen=True, slots=True)
class Hands:
    """Who is told: of an event; of a gap, after which everything must be compared."""

    event: Callable[[Subject, Event], None]
    gap: Callable[[Subject], None]


class Watcher:
    """Watches many subjects, each until it is no longer wanted."""

    def __init__(self, cluster: Cluster, hands: Hands) -> None:
        self._cluster = cluster
        self._hands = hands
        self._ends: dict[Subject, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def watch(self, subjects: Iterable[Subject]) -> None:
        """Watch these and nothing else; what happens from now on is handed on."""
        wanted = dict.fromkeys(subjects)
        for subject in self._ends.keys() - wanted.keys():
            self._ends.pop(subject).set()
        for subject in wanted:
            if subject not in self._ends:
                self._ends[subject] = end = threading.Event()
                watch = _Watch(self._cluster, self._hands, subject, end)
                watch.begin()
                name = f"watch {subject}"
                thread = threading.Thread(target=watch.run, name=name, daemon=True)
                thread.start()
                self._threads.append(thread)
        self._threads = [each for each in self._threads if each.is_alive()]

    def close(self) -> None:
        """End all, and wait a moment for their connections to be closed."""
        ending = self._threads
        self.watch(())
        until = time.monotonic() + SHORT
        for thread in ending:
            thread.join(max(0.0, until - time.monotonic()))

    def __len__(self) -> int:
        return len(self._ends)


@dataclass(slots=True)
class _Watch:
    cluster: Cluster
    hands: Hands
    subject: Subject
    end: threading.Event
    version: str = ""
    pause: float = FIRST
    trouble: str = ""

    def begin(self) -> None:
        """Know the version of now, at the price of one object; trouble is met again in `run`."""
        try:
            self.version = self._now()
        except ClusterError as error:
            self._say(error)

    def run(self) -> None:
        """Follow; what fails or ends at once is tried again, later each time."""
        while not self.end.is_set():
            began = time.monotonic()
            try:
                self._go_on()
            except ListExpired:
                self.version = ""
            except ClusterError as error:
                self._say(error)
            if time.monotonic() - began < SHORT:
                self.end.wait(self.pause)
                self.pause = min(self.pause * 2, LONGEST)
            else:
                self.pause = FIRST

    def _go_on(self) -> None:
        if not self.version:
            self.version = self._now()
            self.hands.gap(self.subject)
        for event in self.cluster.watch(
            self.subject.kind,
            self.version,
            selector=self.subject.selector,
            namespace=self.subject.namespace,
            field_selector=self.subject.field_selector,
            stop=self.end,
        ):
            if self.end.is_set():
                return
            self.version = event.object["metadata"]["resourceVersion"]
            self.trouble = ""
            if event.type != "BOOKMARK":
                self._hand_on(event)

    def _hand_on(self, event: Event) -> None:
        """Whatever an object holds, the thread goes on: nothing else would see the next one."""
        try:
            self.hands.event(self.subject, event)
        except Exception:  # noqa: BLE001
            LOG.exception("an event was not understood", extra={"facts": {"kind": self.subject}})
            self.hands.gap(self.subject)

    def _now(self) -> str:
        pages = self.cluster.list(
            self.subject.kind,
            namespace=self.subject.namespace,
            selector=self.subject.selector,
            field_selector=self.subject.field_selector,
            metadata_only=True,
            limit=1,
        )
        return next(iter(pages)).resource_version

    def _say(self, error: ClusterError) -> None:
        if self.end.is_set() or self.trouble == str(error):
            return
        self.trouble = str(error)
        facts = {"kind": self.subject, "why": error}
        LOG.warning("cannot be watched now; it is compared at times", extra={"facts": facts})
