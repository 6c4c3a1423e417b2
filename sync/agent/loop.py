"""The loop: applies what changed in the source, mends what drifts, compares everything at times.

Threads that watch only note what is due; this one thread makes the rounds, so that no two rounds
ever work at one bundle. Nothing here is lost with the process: the next one begins with all.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sync.agent.book import Book
from sync.agent.following import Follower
from sync.agent.listening import Ask, Listener
from sync.agent.log import LOG, tell_round
from sync.agent.metrics import Metrics
from sync.agent.planning import plan
from sync.agent.queue import Queue
from sync.agent.speaking import Speaker
from sync.agent.subjects import subjects
from sync.agent.watching import Hands, Subject, Watcher
from sync.cluster import Cluster
from sync.errors import RefusedError, SyncError
from sync.memory import Memory
from sync.objects import GroupKind
from sync.outcome import Report
from sync.policy import Policy
from sync.rounds import Rounds
from sync.shelf import Scope, Source
from sync.sources.port import Snapshot
from sync.sources.port import Source as Port

MANY = 200
SETTLE = 0.5
STUCK = 900.0
SOON = 15.0
BEAT = 30.0


class StoppedError(SyncError):
    """The round ends here: the agent is told to stop."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often: the source is asked, and everything is compared."""

    interval: float = 30.0
    resync: float = 600.0


class Agent:
    """One agent, in one cluster, with one source."""

    def __init__(
        self,
        source: Port,
        cluster: Cluster,
        policy: Policy,
        memory: Memory,
        rhythm: Rhythm,
        workers: int = 16,
    ) -> None:
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._rhythm = rhythm
        self._pinned = cluster.identity()
        self._rounds = Rounds(cluster, policy, memory, workers, self._checkpoint)
        self.metrics = Metrics()
        self._book = Book()
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()
        self._queue = Queue(random.random)  # noqa: S311
        self._wake = threading.Event()
        self._gaps = threading.Event()
        self._stop = threading.Event()
        self._may: Callable[[], bool] = lambda: True
        self._next_full = self._last_full = float("-inf")
        self._beat = time.monotonic()
        self._follower = Follower(source, policy, rhythm.interval, self.metrics)
        self._speaker = Speaker(cluster, policy, lambda: self._book.shelf, self._refuse_another)
        ask = Ask(self._ask, self._speaker.hear, self._count_drift, self._wake.set)
        self._listener = Listener(policy, memory, self._book.known, ask)
        self._watcher = Watcher(cluster, Hands(self._listener.hear, self._gap))
        self.ready = False

    # --- what others may ask

    def poke(self) -> None:
        """Ask the source now."""
        self._follower.poke()

    def stop(self) -> None:
        """Let `run` end after the bundles that are in work."""
        self._stop.set()
        self._follower.poke()
        self._wake.set()

    def healthy(self) -> bool:
        return time.monotonic() - self._beat < STUCK

    # --- the loop

    def run(self, may: Callable[[], bool] = lambda: True) -> None:
        """Work until told to stop, and only while we `may`."""
        self._may = may
        self._begin(self._follower.follow, self._stop, self._wake.set)
        self._begin(self._speaker.speak, self._stop)
        try:
            while not self._stop.is_set():
                self._turn()
                self._rest()
        finally:
            self._watcher.close()
            self._memory.save()
            if self._snapshot:
                self._snapshot.close()

    def _begin(self, work: Callable[..., None], *words: object) -> None:
        threading.Thread(target=work, args=words, name=work.__name__, daemon=True).start()

    def _turn(self) -> None:
        self._beat = time.monotonic()
        self._take()
        if self._snapshot is None:
            return
        try:
            self._work()
        except StoppedError:
            return
        except SyncError as error:
            LOG.error("a round failed", extra={"facts": {"why": error}})
            self._next_full = time.monotonic() + min(self._rhythm.interval, BEAT)

    def _work(self) -> None:
        news = self._listener.news()
        if self._policy.companion:  # others made what is waited for, however long it took them
            self._forgive(news)
        self._ask(news)
        if self._gaps.is_set():
            self._gaps.clear()
            soon = max(time.monotonic(), self._last_full + SOON)
            self._next_full = min(self._next_full, soon)
        now = time.monotonic()
        with self._lock:
            due = [] if now >= self._next_full else self._queue.take(now)
        if now >= self._next_full or len(due) > MANY:
            self._everything()
        elif due:
            self._some(due)

    def _rest(self) -> None:
        with self._lock:
            due = self._queue.next()
            self.metrics.waiting.set(len(self._queue))
        until = [time.monotonic() + BEAT, *([due] if due is not None else [])]
        if self._snapshot is not None:
            until.append(self._next_full)
        self._wake.wait(max(0.0, min(until) - time.monotonic()))
        self._wake.clear()

    def _take(self) -> None:
        """Turn to what the source holds now."""
        reading = self._follower.take()
        if reading is None:
            return
        old, self._snapshot = self._snapshot, reading.snapshot
        if old is not None:
            old.close()
        self._cluster.resources.prefer(reading.shelf.versions)
        changed = self._book.turn_to(reading.shelf)
        self.metrics.bundles.set(reading.shelf.directories)
        facts = {
            "revision": reading.shelf.revision[:12],
            "bundles": reading.shelf.directories,
            "changed": len(changed),
        }
        LOG.info("the source changed", extra={"facts": facts})
        if old is None:
            self._book.forget_changes()
            return
        with self._lock:
            for directory in changed:
                self._queue.fine(directory)
                self._queue.ask(directory, time.monotonic())
        self._speaker.keep(reading.shelf)

    # --- rounds

    def _everything(self) -> None:
        self._last_full = time.monotonic()
        with self._lock:
            self._queue.take(float("inf"))
        report = self._round("everything", self._book.everything())
        now = time.monotonic()
        self._next_full = now + self._rhythm.resync * random.uniform(0.9, 1.1)  # noqa: S311
        known = self._book.shelf.bundles
        with self._lock:
            self._queue.keep(lambda each: each in known, now)
        self.metrics.checked.set(time.time())
        self.metrics.unpruned.set(bool(report.unpruned))
        self.ready = True

    def _some(self, due: list[str]) -> None:
        self._round("some", self._book.scope_of(due))

    def _round(self, name: str, scope: Scope) -> Report:
        started = time.monotonic()
        self._checkpoint()
        try:
            self._refuse_another()
        except RefusedError:
            self._watcher.close()
            self._cluster.resources.forget()
            raise
        self._watcher.watch(subjects(self._policy, self._book.known.view, self._serves))
        self.metrics.watches.set(len(self._watcher))
        snapshot = self._snapshot
        if snapshot is None:
            raise AssertionError(name)
        report, survey = self._rounds.make(
            self._book.shelf, Source(snapshot.held), scope, self._pinned
        )
        self._book.learn(survey, report, scope)
        self.metrics.trouble.set(len(self._book.known.troubled))
        with self._lock:
            plan(self._queue, report, scope, self._book.shelf.broken, time.monotonic())
        self._speaker.note(self._book.done(scope), report, self._book.known)
        taken = time.monotonic() - started
        self.metrics.round(name, taken, report)
        tell_round(name, taken, report)
        return report

    def _refuse_another(self) -> None:
        """A kubeconfig, a name or an address may lead somewhere else by now."""
        found = self._cluster.identity()
        if found == self._pinned:
            return
        raise RefusedError(
            f"another cluster answers: its kube-system has the uid {found}, and not {self._pinned}"
            " as at the start; nothing is done there"
        )

    def _checkpoint(self) -> None:
        self._beat = time.monotonic()
        if self._stop.is_set() or not self._may():
            raise StoppedError("stopping")

    # --- what the threads that watch say

    def _serves(self, kind: GroupKind) -> bool:
        return self._cluster.resources.find(kind) is not None

    def _gap(self, subject: Subject) -> None:
        self.metrics.rewatched.labels(str(subject.kind)).inc()
        self._gaps.set()
        self._wake.set()

    def _count_drift(self, kind: str) -> None:
        self.metrics.drifts.labels(kind).inc()

    def _forgive(self, directories: Iterable[str]) -> None:
        with self._lock:
            for directory in directories:
                self._queue.fine(directory)

    def _ask(self, directories: Iterable[str]) -> None:
        now = time.monotonic()
        asked = list(directories)
        with self._lock:
            for directory in asked:
                self._queue.ask(directory, now, SETTLE)
        if asked:
            self._wake.set()
