"""One look at the cluster, beside one shelf: what both kinds of survey share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TypeVar

from sync import marks, ownership, running, seen
from sync.cluster import Cluster, ListExpired
from sync.errors import ClusterError
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import GroupKind, Key, Object, terminating, uid
from sync.policy import Policy
from sync.pruning import Stray
from sync.seen import Seen, State, Survey
from sync.shelf import Shelf
from sync.status import says_trouble

NOT_FOUND = 404
PAGE = 250
ATTEMPTS = 3
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked with, what is asked for, and what was found: many threads write there."""

    cluster: Cluster
    policy: Policy
    memory: Memory
    workers: int
    shelf: Shelf
    survey: Survey = field(default_factory=Survey)

    @property
    def selector(self) -> str:
        """The mark of this agent."""
        return f"{marks.AGENT}={self.policy.agent}"

    def kinds(self, chosen: Iterable[GroupKind]) -> list[GroupKind]:
        """Those that this cluster knows; one that cannot be asked for is a failure."""
        found = []
        for kind in sorted(chosen):
            try:
                resource = self.cluster.resources.find(kind)
            except ClusterError as error:
                self.fail(kind, error)
                continue
            if resource:
                found.append(kind)
                self.survey.versions[kind] = resource.version
        return found

    def fail(self, kind: GroupKind, error: ClusterError) -> None:
        """Remember that of a kind not everything was seen."""
        self.survey.failures[kind] = str(error)

    def every(
        self,
        kind: GroupKind,
        namespaces: Iterable[str],
        take: Callable[[Object], None],
        *,
        selector: str = "",
        metadata_only: bool = False,
    ) -> None:
        """Hand on every object of a kind; some twice, where a LIST had to begin anew."""
        chosen = {"" if kind == marks.NAMESPACE else each for each in namespaces}
        asked = partial(
            self.cluster.list, selector=selector, metadata_only=metadata_only, limit=PAGE
        )
        for attempt in range(ATTEMPTS):
            try:
                for page in chain.from_iterable(asked(kind, each) for each in sorted(chosen)):
                    for live in page.items:
                        take(live)
            except ListExpired as error:
                if attempt + 1 == ATTEMPTS:
                    self.fail(kind, error)
            except ClusterError as error:
                self.fail(kind, error)
                return
            else:
                return

    def notebooks(self, directories: Iterable[str]) -> list[Key]:
        """The Notebooks of these bundles."""
        found = (self.shelf.bundles[each] for each in directories if each in self.shelf.bundles)
        return [bundle.notebook.key for bundle in found if bundle.notebook]

    def look(self, keys: Iterable[Key]) -> None:
        """Judge these objects of the shelf, one by one."""
        self.each(self._look_at, keys)

    def _look_at(self, key: Key) -> None:
        version = self.shelf.places[key].member.api_version.rpartition("/")[2]
        try:
            live = self.cluster.get(key, version)
        except ClusterError as error:
            if error.status != NOT_FOUND:
                self.fail(key.group_kind, error)
            return
        if live is not None:
            self.judge(key, live)

    def judge(self, key: Key, live: Object) -> None:
        """Note how an object stands to what would be sent for it.

        Of what others apply it counts only that it is there.
        """
        place = self.shelf.places[key]
        directory = place.bundle.directory
        sent = seen.desired(place, self.survey.parents.get(directory), self.policy.agent)
        if key.group_kind == marks.NOTEBOOK:
            self._remember_parent(directory, sent, live)
            if ownership.suspended(live, sent):
                self.survey.suspended.add(directory)
        if directory in self.shelf.company and place.member is place.bundle.workload:
            self.survey.workloads[directory] = running.workload(live)
        # The shelf's key, not the one just read: tens of thousands are kept.
        key = place.member.key
        if not self.policy.companion:
            self.survey.seen[key] = seen.judge(sent, live, self.policy, self.memory.knows)
        elif terminating(live):
            self.survey.seen[key] = Seen(State.LEAVING, uid(live))
        else:
            self.survey.seen[key] = seen.SAME

    def _remember_parent(self, directory: str, sent: Object, live: Object) -> None:
        stopped = running.is_stopped(sent, live)
        meta = live["metadata"]
        if says_trouble(live):
            self.survey.complaining.add(directory)
        if not terminating(live):
            found = Parent(meta["namespace"], meta["name"], uid(live), stopped)
            self.survey.parents[directory] = found

    def stray(self, key: Key, live: Object) -> None:
        """Keep what is needed of an object that carries our mark and stands in no bundle."""
        self.survey.strays.append(Stray(key, uid(live), live["metadata"]))

    def each(self, task: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Do it for all, many at once."""
        chosen = list(items)
        if len(chosen) == 1:
            task(chosen[0])
        elif chosen:
            with ThreadPoolExecutor(min(self.workers, len(chosen))) as pool:
                list(pool.map(task, chosen))
