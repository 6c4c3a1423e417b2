"""`octavo sync --watch`: the agent as a process: signals, the Lease, the web page."""

from __future__ import annotations

import os
import signal
import socket
import threading
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from sync.agent import Agent, Rhythm
from sync.agent.lease import Lease
from sync.agent.log import LOG, begin
from sync.agent.web import serving
from sync.cli import arguments as words
from sync.cli.opening import reach, refuse_another, refuse_without_crd
from sync.cluster import Cluster
from sync.errors import UsageError
from sync.memory import Memory
from sync.sources import open_source

FINE, LOST = 0, 1
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
OK = (200, b"ok\n")
NOT_YET = (503, b"not yet\n")


def watch(arguments: Namespace) -> int:
    """Run until SIGTERM or SIGINT; SIGHUP asks the source at once."""
    if arguments.notebooks:
        raise UsageError("--watch keeps all notebooks: name none")
    begin(arguments.log)
    stop = threading.Event()
    source = open_source(words.source_of(arguments))
    policy = words.policy_of(arguments)
    cluster = reach(arguments)
    identity = cluster.identity()
    refuse_another(arguments.cluster, identity)
    refuse_without_crd(cluster)
    memory = Memory(words.cache() / "sync" / f"{identity}-{policy.agent}.json")
    agent = Agent(source, cluster, policy, memory, Rhythm(arguments.interval, arguments.resync))
    _listen_to_signals(stop, agent)
    lease = _lease(arguments, cluster)
    standing_by = threading.Event()
    pages = {
        "/healthz": lambda: OK if agent.healthy() or standing_by.is_set() else NOT_YET,
        "/readyz": lambda: OK if agent.ready or standing_by.is_set() else NOT_YET,
        "/metrics": lambda: (200, agent.metrics.text()),
    }
    with ExitStack() as closing:
        closing.enter_context(serving(arguments.listen, pages))
        facts = {"source": source.describe(), "cluster": identity, "agent": policy.agent}
        LOG.info("octavo sync begins", extra={"facts": facts})
        if lease:
            standing_by.set()
            if not lease.acquire(stop):
                return FINE
            lease.keep(stop)
            closing.callback(lease.give_back)
        standing_by.clear()
        agent.metrics.leader.set(1)
        closing.callback(agent.close)
        agent.run(stop, lease.lost.is_set if lease else lambda: False)
    if lease and lease.lost.is_set():
        LOG.error("another agent has the Lease now")
        return LOST
    LOG.info("octavo sync ends")
    return FINE


def _listen_to_signals(stop: threading.Event, agent: Agent) -> None:
    def end(*_: object) -> None:
        stop.set()
        agent.wake()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    signal.signal(signal.SIGHUP, lambda *_: agent.poke())


def _lease(arguments: Namespace, cluster: Cluster) -> Lease | None:
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
    return Lease(cluster, namespace, name, holder)
