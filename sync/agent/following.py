"""Follows the source in a thread of its own: however slow it is, drift is mended meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sync import shelf
from sync.agent.log import LOG
from sync.agent.metrics import Metrics
from sync.errors import SyncError
from sync.policy import Policy
from sync.shelf import Shelf
from sync.sources.port import Snapshot, Source


@dataclass(frozen=True, slots=True)
class Reading:
    """What the source held at one moment, read whole."""

    snapshot: Snapshot
    shelf: Shelf


class Follower:
    """Keeps the newest reading until somebody takes it."""

    def __init__(self, source: Source, policy: Policy, interval: float, metrics: Metrics) -> None:
        self._source = source
        self._policy = policy
        self._interval = interval
        self._metrics = metrics
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._newest: Reading | None = None
        self._before: Shelf | None = None

    def poke(self) -> None:
        """Ask the source now."""
        self._asked.set()

    def take(self) -> Reading | None:
        """What is new since it was last asked."""
        with self._lock:
            newest, self._newest = self._newest, None
        return newest

    def follow(self, stop: threading.Event, wake: Callable[[], None]) -> None:
        """Ask again and again; `wake` whoever takes."""
        while not stop.is_set():
            self._asked.clear()
            if self.look():
                wake()
            self._asked.wait(self._interval * random.uniform(0.9, 1.1))  # noqa: S311
        self.close()

    def look(self) -> bool:
        """Ask the source once; whether there is something new to take."""
        try:
            reading = self._read()
        except SyncError as error:
            self._metrics.unfetched.inc()
            LOG.error("the source cannot be read", extra={"facts": {"why": error}})
            return False
        self._metrics.fetched.set(time.time())
        before, self._before = self._before, reading.shelf
        if before is not None and _is_same(before, reading.shelf):
            reading.snapshot.close()
            return False
        self._hand_over(reading)
        return True

    def close(self) -> None:
        if left := self.take():
            left.snapshot.close()

    def _read(self) -> Reading:
        snapshot = self._source.fetch()
        try:
            read = shelf.read(snapshot, self._policy, self._before)
            snapshot.check_whole()
        except BaseException:
            snapshot.close()
            raise
        return Reading(snapshot, read)

    def _hand_over(self, reading: Reading) -> None:
        with self._lock:
            old, self._newest = self._newest, reading
        if old is not None:
            old.snapshot.close()


def _is_same(before: Shelf, now: Shelf) -> bool:
    return before.revision == now.revision and not now.changed_since(before)
