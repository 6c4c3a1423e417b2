"""A cluster that notes when each of its verbs was answered, for rounds in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from sync.cluster import Cluster

WRITING = ("apply", "json_patch", "merge_status", "create", "update", "delete")
VERBS = ("get", "list", "watch", *WRITING)


@dataclass(frozen=True, slots=True)
class Call:
    """One verb: when it was asked for, and when it was answered."""

    verb: str
    begun: float
    ended: float

    @property
    def is_write(self) -> bool:
        return self.verb in WRITING


@dataclass(slots=True)
class Noted:
    """Everything else is the cluster's own."""

    cluster: Cluster
    calls: list[Call] = field(default_factory=list)

    def as_cluster(self) -> Cluster:
        return cast("Cluster", self)

    def last_write(self, since: float) -> float | None:
        """When the last write after a moment was answered."""
        return max((c.ended for c in self.calls if c.is_write and c.begun >= since), default=None)

    def busy_since(self, moment: float) -> list[Call]:
        """What was asked after a moment, but for watches."""
        return [each for each in self.calls if each.begun >= moment and each.verb != "watch"]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.cluster, name)
        return self._noting(name, found) if name in VERBS else found

    def _noting(self, verb: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            begun = time.monotonic()
            try:
                return function(*args, **kwargs)
            finally:
                self.calls.append(Call(verb, begun, time.monotonic()))

        return call
