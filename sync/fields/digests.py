"""Short names for what was sent and what became of it, to remember that they belong together."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from sync.fields.likeness import ABSENT
from sync.fields.tree import (
    OURS,
    Tree,
    applied,
    branches,
    identity,
    indexed,
    is_leaf,
    names_of,
    shape,
    tree_of,
    value_of,
)
from sync.objects import Object

SIZE = 16


def digest(obj: Any) -> bytes:
    """The same for equal objects only, whatever the order of their fields."""
    return blake2b(orjson.dumps(obj, option=orjson.OPT_SORT_KEYS), digest_size=SIZE).digest()


def our_part(live: Object, manager: str = OURS) -> bytes:
    """A digest of what we own in a live object: which fields, their values, the order of items.

    The names of the fields beside ours belong to it: older servers do not write down empty maps.
    """
    entry = applied(live, manager)
    if entry is None:
        return digest(None)
    tree = tree_of(entry)
    fields = {
        element: _part(live.get(element[2:], ABSENT), tree[element]) for element in branches(tree)
    }
    if "f:metadata" in tree:
        meta, ours = live.get("metadata") or {}, tree["f:metadata"]
        fields["f:metadata"] = {
            element: _part(meta.get(element[2:], ABSENT), ours[element])
            for element in branches(ours)
        }
    return digest([entry.get("apiVersion"), tree, fields])


def _part(value: Any, tree: Tree) -> Any:
    if value is ABSENT:
        return {}
    if is_leaf(tree):
        return [value]
    kind = shape(tree)
    if kind == "f" and isinstance(value, dict):
        ours = {
            element: _part(value.get(element[2:], ABSENT), tree[element])
            for element in branches(tree)
        }
        return [sorted(value), ours]
    if kind == "k" and isinstance(value, list):
        return _items(value, tree)
    if kind == "v" and isinstance(value, list):
        ours_here = [value_of(element) for element in branches(tree)]
        return [[each for each in value if each in ours_here]]
    return [value]


def _items(value: list[Any], tree: Tree) -> Any:
    ours = {identity(element): element for element in branches(tree)}
    found = indexed(value, names_of(next(iter(ours.values()))))
    if found is None:
        return [value]
    return [
        [ours[keys], _part(item, tree[ours[keys]])] for keys, item in found.items() if keys in ours
    ]
