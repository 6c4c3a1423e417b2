"""Keeps the status of Notebooks: looked at when something happened, written when it is another."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sync.agent.log import LOG
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.outcome import Report
from sync.policy import Policy
from sync.shelf import Shelf
from sync.telling import NOTHING, Problems, problems_of, write_status

SETTLE = 1.0
AT_ONCE = 4
NEVER = float("inf")


class Statuses:
    """The status of each Notebook; asked for by many threads, refreshed by one."""

    def __init__(self, cluster: Cluster, policy: Policy) -> None:
        self._cluster = cluster
        self._policy = policy
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._problems: dict[str, Problems] = {}

    def ask(self, directories: Iterable[str]) -> None:
        """Look at these soon; what happens meanwhile is looked at together."""
        due = time.monotonic() + SETTLE
        with self._lock:
            for directory in directories:
                if directory.startswith("notebooks/"):
                    self._asked.setdefault(directory, due)

    def note(self, done: Iterable[str], report: Report) -> None:
        """Remember what the last round said of each bundle."""
        for directory in done:
            self._problems.pop(directory, None)
        self._problems.update(problems_of(report))

    def due(self) -> float:
        with self._lock:
            return min(self._asked.values(), default=NEVER)

    def refresh(self, shelf: Shelf) -> None:
        """Look at what was asked for."""
        now = time.monotonic()
        with self._lock:
            ready = [each for each, due in self._asked.items() if due <= now]
            for directory in ready:
                del self._asked[directory]
        chosen = [each for each in ready if each in shelf.bundles or each in shelf.broken]
        if chosen:
            with ThreadPoolExecutor(min(AT_ONCE, len(chosen))) as pool:
                list(pool.map(lambda each: self._refresh(each, shelf), chosen))

    def _refresh(self, directory: str, shelf: Shelf) -> None:
        try:
            write_status(self._cluster, directory, shelf, self._problems.get(directory, NOTHING))
        except ClusterError as error:
            LOG.warning(
                "a status was not written", extra={"facts": {"bundle": directory, "why": error}}
            )
