"""The loop: asks the source, applies what changed, mends what drifts, compares everything at times.

Threads that watch only note what is due; this one thread makes the rounds, so that no two rounds
ever work at one bundle. Nothing here is lost with the process: the next one begins with all.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sync import marks, seen, shelf
from sync.agent.events import Recorder
from sync.agent.log import LOG
from sync.agent.metrics import Metrics
from sync.agent.queue import Queue
from sync.agent.statuses import Statuses
from sync.agent.watching import Hands, Subject, Watcher
from sync.cluster import Cluster, Event
from sync.errors import ClusterError, RefusedError, SyncError
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import Key, Object, annotations_of, key_of, labels, terminating, uid
from sync.outcome import Action, Report
from sync.policy import Policy
from sync.rounds import Rounds, Scope, Source
from sync.seen import State
from sync.shelf import Shelf
from sync.sources.port import Snapshot
from sync.sources.port import Source as Port

MANY = 200
SETTLE = 0.5
STUCK = 900.0
TROUBLED = frozenset({Action.FAILED, Action.WAITING})
MENDED = frozenset({Action.REPAIRED, Action.CHANGED, Action.CREATED})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often: the source is asked, and everything is compared."""

    interval: float = 30.0
    resync: float = 600.0


@dataclass(slots=True)
class _State:
    """What the loop knows; written by the loop, read by the threads that watch."""

    shelf: Shelf = field(default_factory=Shelf)
    snapshot: Snapshot | None = None
    parents: dict[str, Parent] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    gone: dict[str, set[Key]] = field(default_factory=dict)
    troubled: set[str] = field(default_factory=set)


class Agent:
    """One agent, in one cluster, with one source."""

    def __init__(
        self, source: Port, cluster: Cluster, policy: Policy, memory: Memory, rhythm: Rhythm
    ) -> None:
        self._source = source
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._rhythm = rhythm
        self._rounds = Rounds(cluster, policy, memory)
        self._pinned = cluster.identity()
        self._state = _State()
        self._lock = threading.Lock()
        self._queue = Queue(random.random)
        self._wake = threading.Event()
        self._asked = threading.Event()
        self._next_full = 0.0
        self._beat = time.monotonic()
        self.metrics = Metrics()
        self._recorder = Recorder(cluster, policy.agent)
        self._statuses = Statuses(cluster, policy)
        self.ready = False

    # --- what others may ask

    def poke(self) -> None:
        """Ask the source now."""
        self._asked.set()
        self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    def healthy(self) -> bool:
        return time.monotonic() - self._beat < STUCK

    # --- the loop

    def run(self, stop: threading.Event, over: Callable[[], bool] = lambda: False) -> None:
        """Work until told to stop, or until it is `over` for us."""
        watcher = Watcher(self._cluster, Hands(self._seen, self._gap), stop)
        next_fetch = 0.0
        while not stop.is_set() and not over():
            self._beat = now = time.monotonic()
            if now >= next_fetch or self._asked.is_set():
                self._asked.clear()
                self._fetch()
                next_fetch = time.monotonic() + self._rhythm.interval * random.uniform(0.9, 1.1)  # noqa: S311
            if self._state.snapshot is not None:
                self._work(watcher)
            self._rest(next_fetch)

    def close(self) -> None:
        self._memory.save()
        if self._state.snapshot:
            self._state.snapshot.close()

    def _rest(self, next_fetch: float) -> None:
        with self._lock:
            due = self._queue.next()
            self.metrics.waiting.set(len(self._queue))
        times = [next_fetch, *([due] if due is not None else []), self._statuses.due()]
        if self._state.snapshot is not None:
            times.append(self._next_full)
        self._wake.wait(max(0.0, min(min(times) - time.monotonic(), self._rhythm.interval)))
        self._wake.clear()

    def _work(self, watcher: Watcher) -> None:
        try:
            if time.monotonic() >= self._next_full:
                self._watch_all(watcher)
                self._everything()
            else:
                self._some()
            self._statuses.refresh(self._state.shelf)
        except SyncError as error:
            LOG.error("a round failed", extra={"facts": {"why": error}})
            self._next_full = min(self._next_full, time.monotonic() + self._rhythm.interval)

    def _fetch(self) -> None:
        try:
            snapshot = self._source.fetch()
            read = shelf.read(snapshot, self._policy, self._state.shelf)
            snapshot.check_whole()
        except SyncError as error:
            self.metrics.unfetched.inc()
            LOG.error("the source cannot be read", extra={"facts": {"why": error}})
            return
        self.metrics.fetched.set_to_current_time()
        before, old = self._state.shelf, self._state.snapshot
        self._state.snapshot = snapshot
        if old is not None:
            old.close()
        self._take(before, read, first=old is None)

    def _take(self, before: Shelf, read: Shelf, *, first: bool) -> None:
        changed = read.changed_since(before)
        self._state.shelf = read
        self.metrics.bundles.set(len(read.bundles))
        if not changed:
            return
        facts = {
            "revision": read.revision[:12],
            "bundles": len(read.bundles),
            "changed": len(changed),
        }
        LOG.info("the source changed", extra={"facts": facts})
        for directory in changed:
            was = set(before.keys([directory]))
            gone = {key for key in was if key not in read}
            self._state.gone.setdefault(directory, set()).update(gone)
        now = time.monotonic()
        with self._lock:
            for directory in changed:
                self._queue.fine(directory)
                self._queue.ask(directory, now)
        if first or len(changed) > MANY:
            self._next_full = 0.0

    # --- rounds

    def _everything(self) -> None:
        with self._lock:
            self._queue.take(float("inf"))
        report = self._round("everything", Scope(changed=frozenset(self._state.gone)))
        self._state.gone.clear()
        now = time.monotonic()
        self._next_full = now + self._rhythm.resync * random.uniform(0.9, 1.1)  # noqa: S311
        with self._lock:
            self._queue.keep(lambda each: True, now)
        self.metrics.checked.set_to_current_time()
        self.metrics.unpruned.set(bool(report.unpruned))
        self.ready = True

    def _some(self) -> None:
        with self._lock:
            due = self._queue.take(time.monotonic())
        if not due:
            return
        gone = {key for each in due for key in self._state.gone.get(each, ())}
        chosen = frozenset(due)
        scope = Scope(chosen, frozenset(gone), chosen & self._state.gone.keys(), ask=False)
        self._round("some", scope)
        for directory in due:
            self._state.gone.pop(directory, None)

    def _round(self, name: str, scope: Scope) -> Report:
        started = time.monotonic()
        snapshot = self._state.snapshot
        if snapshot is None:
            raise RefusedError("there is no source yet")
        report, survey = self._rounds.make(
            self._state.shelf, Source(snapshot.held), scope, self._pinned
        )
        self._learn(survey, scope)
        self._note(report, scope)
        taken = time.monotonic() - started
        self.metrics.round(name, taken, report)
        self._tell(name, taken, report)
        return report

    def _learn(self, survey: seen.Survey, scope: Scope) -> None:
        if scope.directories is None:
            self._state.parents = dict(survey.parents)
            self._state.suspended = set(survey.suspended)
        else:
            for directory in scope.directories:
                self._state.parents.pop(directory, None)
                self._state.suspended.discard(directory)
            self._state.parents.update(survey.parents)
            self._state.suspended.update(survey.suspended)

    def _note(self, report: Report, scope: Scope) -> None:
        """When to look again at what is not well, or does not stay well."""
        now = time.monotonic()
        troubled = {each.directory for each in report.outcomes if each.action in TROUBLED}
        mended = {each.directory for each in report.outcomes if each.action in MENDED}
        done = (
            scope.directories if scope.directories is not None else self._state.shelf.bundles.keys()
        )
        self._state.troubled = (self._state.troubled - set(done)) | troubled
        self.metrics.trouble.set(len(self._state.troubled))
        with self._lock:
            for directory in troubled | (mended - scope.changed if scope.directories else set()):
                self._queue.tried(directory, now, again=directory in troubled)
        for each in report.outcomes:
            if each.key and each.key.group_kind == marks.NOTEBOOK and each.uid:
                old = self._state.parents.get(each.directory)
                if old is None or old.uid != each.uid:
                    parent = Parent(each.key.namespace, each.key.name, each.uid)
                    self._state.parents[each.directory] = parent
        uids = {directory: parent.uid for directory, parent in self._state.parents.items()}
        self._recorder.record(report.outcomes, uids)
        problems: dict[str, list[str]] = {}
        for each in report.problems:
            problems.setdefault(each.directory, []).append(each.words)
        self._statuses.note(done, report)
        self._statuses.ask(done if scope.directories is not None else uids)

    def _tell(self, name: str, taken: float, report: Report) -> None:
        for each in report.problems:
            LOG.warning(str(each), extra={"facts": {"bundle": each.directory}})
        for words in (*report.remarks, *report.unpruned):
            LOG.warning(words)
        counts = {action.value: number for action, number in report.counts().items()}
        if report.written or report.problems or name == "everything":
            facts = {"seconds": round(taken, 3), **counts}
            LOG.info(f"compared {name}", extra={"facts": facts})

    # --- what the watching threads say

    def _watch_all(self, watcher: Watcher) -> None:
        selector = f"{marks.AGENT}={self._policy.agent}"
        for kind in sorted(self._policy.kinds):
            if self._cluster.resources.find(kind) is None:
                continue
            confined = self._policy.namespaces_listed() or ("",)
            for namespace in ("",) if kind == marks.NAMESPACE else confined:
                watcher.watch(Subject(kind, selector, namespace))
        for need in {
            need.source: need for needs in self._state.shelf.needs.values() for need in needs
        }:
            if self._policy.allows_source(need.namespace):
                self._watch_source(watcher, need)

    def _watch_source(self, watcher: Watcher, source: Key) -> None:
        subject = Subject(source.group_kind, "", source.namespace, f"metadata.name={source.name}")
        try:
            watcher.watch(subject)
        except ClusterError as error:
            facts = {"source": source, "why": error}
            LOG.warning(
                "a dependency cannot be watched; it is compared at times", extra={"facts": facts}
            )

    def _gap(self, subject: Subject) -> None:
        self.metrics.rewatched.labels(str(subject.kind)).inc()
        self._next_full = 0.0
        self._wake.set()

    def _seen(self, subject: Subject, event: Event) -> None:
        live = event.object
        key = key_of(live)
        if subject.field_selector:
            self._ask_all_that_need(key)
            return
        if marks.COPY in labels(live):
            if event.type == "DELETED" or event.type == "MODIFIED":
                self._ask_all_that_need_copy(key)
            return
        place = self._state.shelf.places.get(key)
        if place is None:
            return
        directory = place.bundle.directory
        if key.group_kind in {marks.NOTEBOOK, marks.STATEFUL_SET}:
            self._statuses.ask([directory])
            self._wake.set()
        if key.group_kind == marks.NOTEBOOK and event.type != "DELETED":
            self._hear(directory, live)
        if event.type != "DELETED" and not self._drifted(key, live, directory):
            return
        if directory in self._state.suspended:
            return
        self.metrics.drifts.labels(key.kind).inc()
        self._ask([directory])

    def _hear(self, directory: str, live: Object) -> None:
        """Learn what a Notebook's owner has asked for: to stop it, to be left alone."""
        stopped = (live.get("spec") or {}).get("stopped") is True
        old = self._state.parents.get(directory)
        if old is None or (old.uid, old.stopped) != (uid(live), stopped):
            if not terminating(live):
                self._ask([directory])
        suspended = annotations_of(live).get(marks.SUSPEND) == "true"
        if suspended != (directory in self._state.suspended):
            self._ask([directory])
            (self._state.suspended.add if suspended else self._state.suspended.discard)(directory)

    def _drifted(self, key: Key, live: Object, directory: str) -> bool:
        place = self._state.shelf.places[key]
        parent = self._state.parents.get(directory) or _parent_named_by(live)
        sent = seen.desired(place, parent, self._policy.agent)
        return seen.judge(sent, live, self._policy, self._memory.knows).state is not State.SAME

    def _ask(self, directories: list[str]) -> None:
        now = time.monotonic()
        with self._lock:
            for directory in directories:
                self._queue.ask(directory, now, SETTLE)
        self._wake.set()

    def _ask_all_that_need(self, source: Key) -> None:
        needs = self._state.shelf.needs
        self._ask(
            [each for each, found in needs.items() if any(n.source == source for n in found)][:MANY]
        )

    def _ask_all_that_need_copy(self, target: Key) -> None:
        needs = self._state.shelf.needs
        hit = [each for each, found in needs.items() if any(n.target == target for n in found)]
        self._ask(hit[:1])


def _parent_named_by(live: Object) -> Parent | None:
    """The parent of an object that a round is just making: it is not noted yet."""
    meta = live["metadata"]
    for owner in meta.get("ownerReferences") or ():
        if owner["kind"] == marks.NOTEBOOK.kind:
            return Parent(meta["namespace"], owner["name"], owner["uid"])
    return None
