"""What the cluster is asked about, and what it says: resources, pages, events, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.errors import ClusterError
from sync.objects import GroupKind


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as one server serves it."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_kind(self) -> GroupKind:
        return GroupKind(self.group, self.kind)

    @property
    def type_meta(self) -> Mapping[str, str]:
        return {"apiVersion": self.api_version, "kind": self.kind}

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list; whoever saw all pages without an exception has seen the list."""

    items: list[dict[str, Any]]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change that a watch saw: ADDED, MODIFIED, DELETED, or BOOKMARK."""

    type: str
    object: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, unread."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ListExpired(ClusterError):  # noqa: N818  it is news as much as a mistake
    """The server has forgotten where a list or a watch was: begin anew."""
