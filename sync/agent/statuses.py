"""Keeps the status of Notebooks: looked at when something happened, written when it is another."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sync.agent.log import LOG
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.objects import Object
from sync.shelf import Shelf
from sync.telling import NOTHING, Listed, Look, Problems, write_status

SETTLE = 1.0
AT_ONCE = 4
FEW = 4
LATER = (5.0, 30.0, 120.0)
NEVER = float("inf")


@dataclass(slots=True)
class _Asked:
    """`version` is that of the Notebook, where nothing but itself has changed."""

    due: float
    looks: int = 0
    version: str = ""


class Statuses:
    """The status of each Notebook; asked for by many threads, refreshed by one."""

    def __init__(
        self, cluster: Cluster, shelf: Callable[[], Shelf], *, by_others: bool = False
    ) -> None:
        """`by_others`: somebody else applies the bundles."""
        self._cluster = cluster
        self._by_others = by_others
        self._shelf = shelf
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._problems: dict[str, Problems] = {}
        self._written: dict[str, str] = {}
        self._held: frozenset[str] = frozenset()

    def ask(self, directories: Iterable[str]) -> None:
        """Look at these soon; what happens meanwhile is looked at together."""
        for directory in directories:
            self._put(directory, "")

    def hear(self, directory: str, notebook: Object | None) -> None:
        """Something happened to a notebook; what we wrote ourselves is no news."""
        if directory in self._shelf().bundles:
            self._put(directory, notebook["metadata"]["resourceVersion"] if notebook else "")

    def note(
        self, done: Iterable[str], problems: Mapping[str, Problems], held: frozenset[str]
    ) -> None:
        """Remember what the last round said of each bundle, and look at all of these.

        `held` are all bundles whose Notebook is somebody else's: what it says is theirs, too.
        """
        chosen = [each for each in done if each.startswith("notebooks/")]
        with self._lock:
            for directory in chosen:
                self._problems.pop(directory, None)
            self._problems.update({each: problems[each] for each in chosen if each in problems})
            self._held = held
        self.ask(chosen)

    def due(self) -> float:
        with self._lock:
            return min((each.due for each in self._asked.values()), default=NEVER)

    def refresh(self, stop: threading.Event) -> None:
        """Look at what is due: many of one namespace by lists, a few one by one."""
        shelf = self._shelf()
        by_namespace: dict[str, dict[str, int]] = defaultdict(dict)
        for directory, looks in self._take().items():
            if directory in shelf.bundles or directory in shelf.broken:
                by_namespace[directory.split("/")[1]][directory] = looks
        for namespace, chosen in sorted(by_namespace.items()):
            if stop.is_set():
                return
            look = Listed(self._cluster, namespace) if len(chosen) > FEW else None
            self._look_at(chosen, look, stop)

    def keep(self, shelf: Shelf) -> None:
        """Forget the notebooks that are no more."""
        with self._lock:
            for directory in self._problems.keys() - shelf.bundles.keys() - shelf.broken.keys():
                del self._problems[directory]
            for directory in self._written.keys() - shelf.bundles.keys():
                del self._written[directory]

    def _put(self, directory: str, version: str) -> None:
        due = time.monotonic() + SETTLE
        with self._lock:
            asked = self._asked.get(directory)
            if asked is None:
                self._asked[directory] = _Asked(due, version=version)
            else:
                kept = version if asked.version else ""
                self._asked[directory] = _Asked(min(due, asked.due), version=kept)

    def _take(self) -> dict[str, int]:
        now = time.monotonic()
        with self._lock:
            ready = {each: asked.looks for each, asked in self._asked.items() if asked.due <= now}
            ours = {each for each in ready if self._asked[each].version == self._written.get(each)}
            for directory in ready:
                del self._asked[directory]
            needless = ours | self._held
        return {each: looks for each, looks in ready.items() if each not in needless}

    def _look_at(self, chosen: Mapping[str, int], look: Look | None, stop: threading.Event) -> None:
        def one(directory: str) -> None:
            if not stop.is_set():
                self._one(directory, chosen[directory], look)

        with ThreadPoolExecutor(min(AT_ONCE, len(chosen))) as pool:
            list(pool.map(one, chosen))

    def _one(self, directory: str, looks: int, look: Look | None) -> None:
        with self._lock:
            problems = self._problems.get(directory, NOTHING)
        try:
            written = write_status(
                self._cluster,
                directory,
                self._shelf(),
                problems,
                look,
                by_others=self._by_others,
            )
        except ClusterError as error:
            facts = {"bundle": directory, "why": error}
            LOG.warning("a status was not written", extra={"facts": facts})
            self._again(directory, looks)
            return
        if written is None:
            return
        with self._lock:
            self._written[directory] = written.version
        if written.unsettled:
            self._again(directory, looks)

    def _again(self, directory: str, looks: int) -> None:
        """Some reasons come as events, which nobody watches: look again some times."""
        if looks < len(LATER):
            with self._lock:
                due = time.monotonic() + LATER[looks]
                self._asked.setdefault(directory, _Asked(due, looks + 1))
