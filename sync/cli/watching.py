"""`octavo sync --watch`: the agent as a process: signals, the Lease, the web page."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

from sync.agent import Agent, Rhythm
from sync.agent.lease import LEASE, Lease
from sync.agent.log import LOG, begin
from sync.agent.web import Page, serving
from sync.cli import arguments as words
from sync.cli.opening import reach, refuse_another, refuse_without_crd
from sync.cli.signals import heard
from sync.cluster import Cluster, connect
from sync.errors import UsageError
from sync.memory import Memory
from sync.objects import Key
from sync.sources import open_source

FINE, LOST = 0, 1
GRACE, LAST = 10.0, 5.0
LEASE_DEADLINE = 2.5
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
OK = (200, b"ok\n")
NOT_YET = (503, b"not yet\n")


@dataclass(frozen=True, slots=True)
class Ended:
    """The agent ended, of its own accord or by an error."""

    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """Another agent may begin in a moment."""


Word = int | Ended | LeaseLost


@dataclass(slots=True)
class Process:
    """The agent at work in a thread; the main thread hears what is said meanwhile.

    Signals are words, too: they are heard in a thread of their own.
    """

    agent: Agent
    cluster: Cluster
    lease: Lease | None
    stop: threading.Event = field(default_factory=threading.Event)
    standing_by: threading.Event = field(default_factory=threading.Event)
    said: SimpleQueue[Word] = field(default_factory=SimpleQueue)

    def run(self) -> int:
        """Until SIGTERM or SIGINT, or until the Lease is lost; SIGHUP asks the source at once."""
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, lambda *_: None)
        with heard(self.said.put):
            return self._until_told()

    def _until_told(self) -> int:
        threading.Thread(target=self._work, name="agent", daemon=True).start()
        while (word := self.said.get()) == signal.SIGHUP:
            self.agent.poke()
        self.stop.set()
        self.agent.stop()
        if isinstance(word, LeaseLost):
            self.cluster.close()
            LOG.error("the Lease is lost; whoever has it goes on")
        ended = word if isinstance(word, Ended) else self._wait()
        if ended.error:
            raise ended.error
        return LOST if isinstance(word, LeaseLost) else FINE

    def pages(self) -> Mapping[str, Page]:
        agent, standing_by = self.agent, self.standing_by
        return {
            "/healthz": lambda: OK if agent.healthy() or standing_by.is_set() else NOT_YET,
            "/readyz": lambda: OK if agent.ready or standing_by.is_set() else NOT_YET,
            "/metrics": lambda: (200, agent.metrics.text()),
        }

    def _work(self) -> None:
        try:
            if self._acquired():
                self.agent.metrics.leader.set(1)
                self.agent.run(self.lease.is_held if self.lease else lambda: True)
        except BaseException as error:  # noqa: BLE001  the main thread raises it
            self.said.put(Ended(error))
        else:
            self.said.put(Ended())

    def _acquired(self) -> bool:
        if self.lease is None:
            return True
        self.standing_by.set()
        if not self.lease.acquire(self.stop):
            return False
        self.standing_by.clear()
        LOG.info("the Lease is ours")
        self.lease.keep(self.stop, lambda: self.said.put(LeaseLost()))
        return True

    def _wait(self) -> Ended:
        """For the bundles in work; then whatever is on its way is cut: all of it is idempotent."""
        return self._ended(GRACE) or self._cut() or Ended()

    def _cut(self) -> Ended | None:
        LOG.warning("requests take too long: they are cut")
        self.cluster.close()
        return self._ended(LAST)

    def _ended(self, seconds: float) -> Ended | None:
        until = time.monotonic() + seconds
        try:
            while True:
                word = self.said.get(timeout=max(0.0, until - time.monotonic()))
                if isinstance(word, Ended):
                    return word
        except Empty:
            return None


def watch(arguments: Namespace) -> int:
    """Run until told to stop."""
    if arguments.notebooks:
        raise UsageError("--watch keeps all notebooks: name none")
    begin(arguments.log)
    source = open_source(words.source_of(arguments))
    policy = words.policy_of(arguments)
    cluster = reach(arguments)
    identity = cluster.identity()
    refuse_another(arguments.cluster, identity)
    refuse_without_crd(cluster)
    memory = Memory(words.cache() / "sync" / f"{identity}-{policy.agent}.json")
    rhythm = Rhythm(arguments.interval, arguments.resync)
    agent = Agent(source, cluster, policy, memory, rhythm, arguments.in_flight)
    lease = _lease(arguments)
    process = Process(agent, cluster, lease)
    facts = {"source": source.describe(), "cluster": identity, "agent": policy.agent}
    with ExitStack() as closing:
        closing.callback(cluster.close)
        facts["port"] = str(closing.enter_context(serving(arguments.listen, process.pages())))
        LOG.info("octavo sync begins", extra={"facts": facts})
        if lease:
            closing.callback(lease.close)
        status = process.run()
    LOG.info("octavo sync ends")
    return status


def _lease(arguments: Namespace) -> Lease | None:
    """In a cluster a Lease is the rule; elsewhere it is asked for."""
    asked = arguments.lease
    if not asked:
        if not SERVICE_ACCOUNT.exists():
            return None
        asked = f"{SERVICE_ACCOUNT.read_text().strip()}/octavo-{arguments.agent}"
    if asked == "none":
        return None
    namespace, _, name = asked.partition("/")
    if not namespace or not name:
        raise UsageError(f'--lease: "{asked}" is not NAMESPACE/NAME')
    holder = f"{os.environ.get('POD_NAME') or socket.gethostname()}_{uuid4().hex[:8]}"
    own = connect(arguments.kubeconfig, arguments.context, in_flight=1, deadline=LEASE_DEADLINE)
    return Lease(own, Key(*LEASE, namespace, name), holder)
