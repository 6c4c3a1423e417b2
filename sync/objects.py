"""Kubernetes objects as plain mappings: what they are called, where they are. Knows no meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

Object: TypeAlias = Mapping[str, Any]


class GroupKind(NamedTuple):
    """A kind of object, whatever its version."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


class Key(NamedTuple):
    """One object of a cluster; `namespace` is empty for those of the cluster itself."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"

    @property
    def group_kind(self) -> GroupKind:
        return GroupKind(self.group, self.kind)


def group_of(api_version: str) -> str:
    """`apps` of `apps/v1`, and nothing of `v1`."""
    return api_version.rpartition("/")[0]


def key_of(obj: Object) -> Key:
    """What identifies an object that is known to be well formed."""
    meta = obj["metadata"]
    return Key(group_of(obj["apiVersion"]), obj["kind"], meta.get("namespace", ""), meta["name"])


def kind_of(obj: Object) -> GroupKind:
    """The kind of an object, or of the one that a reference names."""
    return GroupKind(group_of(obj["apiVersion"]), obj["kind"])


def metadata(obj: Object) -> Mapping[str, Any]:
    return obj.get("metadata") or {}


def labels(obj: Object) -> Mapping[str, str]:
    return metadata(obj).get("labels") or {}


def annotations_of(obj: Object) -> Mapping[str, str]:
    return metadata(obj).get("annotations") or {}


def uid(obj: Object) -> str:
    return str(metadata(obj).get("uid", ""))


def terminating(obj: Object) -> bool:
    return "deletionTimestamp" in metadata(obj)
