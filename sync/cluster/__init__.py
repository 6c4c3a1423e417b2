"""The one door to a cluster's API server: verbs on plain objects, retries inside.

- client: the verbs; lists, watches, discovery: what answers of many objects mean
- sender: until it succeeds, is refused, or the deadline is over; gate, retry: when to try again
- connections, wire, stream, leash: HTTP; lost, refusals: what went wrong, in words
- kubeconfig, plugins, credentials, identity: where the server is and who we are
- request, model: what is asked and what comes back
"""

from __future__ import annotations

import importlib.metadata

from sync.cluster.client import Cluster
from sync.cluster.model import Event, ListExpired
from sync.errors import UsageError

__all__ = ["Cluster", "Event", "ListExpired", "connect"]

IN_FLIGHT = 16
DEADLINE = 60.0


def connect(
    kubeconfig: str | None = None,
    context: str | None = None,
    *,
    in_flight: int = IN_FLIGHT,
    deadline: float = DEADLINE,
    user_agent: str | None = None,
) -> Cluster:
    """The cluster of a kubeconfig's context, or the one that we run in; sends nothing yet."""
    from sync.cluster import kubeconfig as kubeconfigs
    from sync.cluster.connections import Connections
    from sync.cluster.credentials import Credentials
    from sync.cluster.gate import Gate
    from sync.cluster.leash import Leash
    from sync.cluster.sender import Sender

    if in_flight < 1 or deadline <= 0:
        raise UsageError("there must be at least one request in flight, and some time for it")
    credentials = Credentials(lambda: kubeconfigs.load(kubeconfig, context))
    endpoint = credentials.current().endpoint
    leash = Leash()
    connections = Connections(endpoint, in_flight, user_agent or _user_agent(), leash)
    sender = Sender(credentials, connections, Gate(in_flight), deadline)
    return Cluster(sender, leash, endpoint.server)


def _user_agent() -> str:
    try:
        return f"octavo/{importlib.metadata.version('octavo')}"
    except importlib.metadata.PackageNotFoundError:
        return "octavo"
