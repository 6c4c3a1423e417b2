"""One agent at a time: a Lease, taken, renewed, and given back at the end.

Time is this machine's own: a Lease is taken over when it has not changed for its duration since it
was first seen so, whatever the clocks of others say.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.objects import GroupKind, Key

LEASE = GroupKind("coordination.k8s.io", "Lease")
DURATION, RENEW, RETRY = 15.0, 5.0, 2.0


class Lease:
    """A Lease held in a thread of its own; `lost` is set when it is gone."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, holder: str) -> None:
        self._cluster = cluster
        self._key = Key(LEASE.group, LEASE.kind, namespace, name)
        self._holder = holder
        self._seen: tuple[str, float] = ("", 0.0)
        self.lost = threading.Event()

    def acquire(self, stop: threading.Event) -> bool:
        """Wait until the Lease is ours; False when told to stop."""
        while not stop.is_set():
            try:
                if self._take():
                    return True
            except ClusterError as error:
                if not error.transient:
                    raise
            stop.wait(RETRY)
        return False

    def keep(self, stop: threading.Event) -> threading.Thread:
        """Renew until told to stop; sets `lost` before anyone else may take it."""
        thread = threading.Thread(target=self._renew, args=(stop,), name="lease", daemon=True)
        thread.start()
        return thread

    def give_back(self) -> None:
        """Let the next one have it at once."""
        try:
            found = self._cluster.get(self._key)
            if found and found["spec"].get("holderIdentity") == self._holder:
                spec = {**found["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
                self._cluster.update({**found, "spec": spec})
        except ClusterError:
            return  # it runs out by itself

    def _renew(self, stop: threading.Event) -> None:
        renewed = time.monotonic()
        while not stop.wait(RENEW):
            try:
                mine = self._take()
            except ClusterError:
                mine = True  # nobody said that it is not
                if time.monotonic() - renewed < DURATION - RENEW:
                    continue
                mine = False
            if not mine:
                self.lost.set()
                return
            renewed = time.monotonic()

    def _take(self) -> bool:
        found = self._cluster.get(self._key)
        try:
            if found is None:
                self._cluster.create(self._fresh())
                return True
            if not self._may_take(found):
                return False
            self._cluster.update({**found, "spec": self._spec(found.get("spec") or {})})
        except ClusterError as error:
            if error.status == CONFLICT:
                return False
            raise
        return True

    def _may_take(self, found: dict[str, Any]) -> bool:
        spec = found.get("spec") or {}
        if spec.get("holderIdentity", "") in {"", self._holder}:
            return True
        version, now = found["metadata"]["resourceVersion"], time.monotonic()
        if self._seen[0] != version:
            self._seen = (version, now)
        return now - self._seen[1] > float(spec.get("leaseDurationSeconds") or DURATION)

    def _fresh(self) -> dict[str, Any]:
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._key.name, "namespace": self._key.namespace},
            "spec": self._spec({}),
        }

    def _spec(self, before: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {**before, "leaseDurationSeconds": int(DURATION), "renewTime": now}
        if before.get("holderIdentity") != self._holder:
            turns = int(before.get("leaseTransitions") or 0) + (1 if before else 0)
            spec |= {"acquireTime": now, "leaseTransitions": turns}
        return {**spec, "holderIdentity": self._holder}


CONFLICT = 409
