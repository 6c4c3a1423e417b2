"""An object as it would be sent beside the live one: whether the server would change anything.

A false "same" is the one thing that must not be. What only the server can know, what it makes of
null or what a webhook rewrites, is a difference of the kind `changed`: a dry run tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.fields import claimed, paths
from sync.fields.likeness import identical
from sync.fields.tree import OURS, Manager, applied, owners, tree_of
from sync.fields.walk import TOP, Kind, Walk, elements_of
from sync.objects import Object

TYPE = ("apiVersion", "kind")
IDENTITY = frozenset({
    "clusterName",
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
})
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what is with it, and who owns the live value.

    added: neither ours nor there. changed: another value is there, or one that the server may have
    made of ours. dropped: ours, and no longer asked for. unowned: equal, but not ours.
    """

    path: str
    kind: Kind
    managers: tuple[Manager, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What sending an object would come to."""

    differences: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether there is nothing to send."""
        return not self.differences


SAME = Comparison()


def compare(desired: Object, live: Object, manager: str = OURS) -> Comparison:
    """Whether every field of `desired` is ours and live as it is, and nothing else is ours."""
    entry = applied(live, manager)
    walk = Walk(desired, live, entry)
    if entry is not None and entry.get("apiVersion") != desired.get("apiVersion"):
        walk.find((TOP, "f:apiVersion"), "changed")
    _identity(walk, desired, live)
    tree = NOTHING if entry is None else tree_of(entry)
    claimed.fields(walk, _ownable(desired), live, tree, TOP)
    return Comparison(_told(walk)) if walk.found else SAME


def _identity(walk: Walk, desired: Object, live: Object) -> None:
    """What identifies an object is nobody's."""
    for name in TYPE:
        if desired.get(name) != live.get(name):
            walk.find((TOP, f"f:{name}"), "changed")
    meta, there = desired.get("metadata") or NOTHING, live.get("metadata") or NOTHING
    for name in IDENTITY & meta.keys():
        if meta[name] is not None and not identical(meta[name], there.get(name)):
            walk.find(((TOP, "f:metadata"), f"f:{name}"), "changed")


def _ownable(desired: Object) -> Mapping[str, Any]:
    """The fields of which the server remembers who set them."""
    wanted = {name: value for name, value in desired.items() if name not in TYPE}
    meta = wanted.pop("metadata", None) or NOTHING
    rest = {name: value for name, value in meta.items() if name not in IDENTITY}
    return {**wanted, "metadata": rest} if rest else wanted


def _told(walk: Walk) -> tuple[Difference, ...]:
    found = {(elements_of(place), kind) for place, kind in walk.found}
    told = [
        Difference(paths.path(elements), kind, owners(walk.live, elements))
        for elements, kind in found
    ]
    return tuple(sorted(told, key=lambda each: (each.path, each.kind)))
