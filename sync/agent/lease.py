"""One agent at a time: a Lease, taken, renewed, and given back at the end.

Time is this machine's own: a Lease is taken over when it has not changed for its duration since it
was first seen so, whatever the clocks of others say. Whoever cannot renew it gives up before that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.objects import GroupKind, Key

LEASE = GroupKind("coordination.k8s.io", "Lease")
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds. `give_up` after the last renewal, and one request more, lie before `duration`."""

    duration: float = 15.0
    renew: float = 4.0
    give_up: float = 8.0
    retry: float = 1.0


class Lease:
    """A Lease that is held by at most one at a time.

    Give it a cluster of its own, whose deadline is short: renewing must not wait behind rounds.
    """

    def __init__(self, cluster: Cluster, key: Key, holder: str, times: Times | None = None) -> None:
        self._cluster = cluster
        self._key = key
        self._holder = holder
        self._times = times or Times()
        self._seen: tuple[str, float] = ("", 0.0)
        self._renewed = 0.0

    def acquire(self, stop: threading.Event) -> bool:
        """Wait until the Lease is ours; False when told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            try:
                if self._take():
                    self._renewed = began
                    return True
            except ClusterError as error:
                if not error.transient:
                    raise
            stop.wait(self._times.retry)
        return False

    def keep(self, stop: threading.Event, lost: Callable[[], None]) -> None:
        """Renew in a thread until told to stop; `lost` is called before anyone else may take it."""
        args = (stop, lost)
        threading.Thread(target=self._keep, args=args, name="lease", daemon=True).start()

    def is_held(self) -> bool:
        """Whether nobody else can have it yet."""
        return time.monotonic() - self._renewed < self._times.duration

    def close(self) -> None:
        """Let the next one have it at once."""
        self._give_back()
        self._cluster.close()

    def _give_back(self) -> None:
        try:
            found = self._cluster.get(self._key)
            if found and found["spec"].get("holderIdentity") == self._holder:
                spec = {**found["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
                self._cluster.update({**found, "spec": spec})
        except ClusterError:
            return  # it runs out by itself

    def _keep(self, stop: threading.Event, lost: Callable[[], None]) -> None:
        pause = self._times.renew
        while not stop.wait(pause):
            began = time.monotonic()
            if self._renew():
                self._renewed, pause = began, self._times.renew
            elif time.monotonic() - self._renewed > self._times.give_up:
                lost()
                return
            else:
                pause = self._times.retry

    def _renew(self) -> bool:
        try:
            return self._take()
        except ClusterError:
            return False

    def _take(self) -> bool:
        found = self._cluster.get(self._key)
        try:
            if found is None:
                self._cluster.create(self._fresh())
            elif self._may_take(found):
                self._cluster.update({**found, "spec": self._spec(found.get("spec") or {})})
            else:
                return False
        except ClusterError as error:
            if error.status == CONFLICT:
                return False
            raise
        return True

    def _may_take(self, found: Mapping[str, Any]) -> bool:
        spec = found.get("spec") or {}
        if spec.get("holderIdentity", "") in {"", self._holder}:
            return True
        version, now = found["metadata"]["resourceVersion"], time.monotonic()
        if self._seen[0] != version:
            self._seen = (version, now)
        return now - self._seen[1] > float(spec.get("leaseDurationSeconds") or self._times.duration)

    def _fresh(self) -> dict[str, Any]:
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._key.name, "namespace": self._key.namespace},
            "spec": self._spec({}),
        }

    def _spec(self, before: Mapping[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {**before, "leaseDurationSeconds": int(self._times.duration), "renewTime": now}
        if before.get("holderIdentity") != self._holder:
            turns = int(before.get("leaseTransitions") or 0) + (1 if before else 0)
            spec |= {"acquireTime": now, "leaseTransitions": turns}
        return {**spec, "holderIdentity": self._holder}
