"""What can be done where the server refuses an object that is ours, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync import adoption, fields
from sync.errors import ClusterError
from sync.objects import Key, Object, key_of

INVALID = 422


@dataclass(frozen=True, slots=True)
class Remedy:
    """To make it anew, or to take first what stands in the way; or words for a person to act on."""

    anew: bool = False
    steps: Sequence[dict[str, Any]] = ()
    words: str = ""


NONE = Remedy()


def remedy(sent: Object, live: Object, error: ClusterError) -> Remedy:
    """A RoleBinding's role cannot be changed: ours is made anew. Nothing else ever is."""
    if error.status != INVALID:
        return NONE
    key = key_of(sent)
    if key.kind == "RoleBinding" and fields.is_fixed(error, "roleRef"):
        return Remedy(anew=True)
    if key.kind == "StatefulSet" and fields.is_fixed(error, "spec"):
        return Remedy(words=_fixed(key))
    steps = adoption.reclaim(live, fields.strays(sent, live, error.causes))
    return Remedy(steps=steps) if steps else NONE


def _fixed(key: Key) -> str:
    return (
        "what git asks for cannot be changed in place. Its pod and its storage are left as they"
        f" are; `kubectl delete statefulset {key.name} --namespace {key.namespace}"
        " --cascade=orphan` lets the next sync make it anew around the running pod"
    )
