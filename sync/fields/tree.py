"""The fieldsV1 trees of `metadata.managedFields`: who set what, as the server remembers it.

A tree's branches are `f:` (a field), `k:` (an item by its keys), `v:` (an item of a set), `i:` (by
position) and `.` (the node itself); a branch without branches is owned whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from sync.objects import Object, metadata

Tree: TypeAlias = Mapping[str, Any]
Entry: TypeAlias = Mapping[str, Any]
Elements: TypeAlias = tuple[str, ...]
Names: TypeAlias = tuple[str, ...]

OURS = "octavo"
APPLY, UPDATE = "Apply", "Update"
SELF = "."


@dataclass(frozen=True, slots=True)
class Manager:
    """Who set a field, and how: several writers of one name are several managers."""

    name: str
    operation: str
    subresource: str = ""


def entries(live: Object) -> list[Entry]:
    return metadata(live).get("managedFields") or []


def applied(live: Object, manager: str = OURS) -> Entry | None:
    """The entry of what a manager applied: the server keeps one, whatever its version."""
    for entry in entries(live):
        if (
            entry.get("manager") == manager
            and entry.get("operation") == APPLY
            and not entry.get("subresource")
        ):
            return entry
    return None


def tree_of(entry: Entry) -> Tree:
    return entry.get("fieldsV1") or {}


def manager_of(entry: Entry) -> Manager:
    return Manager(
        str(entry.get("manager", "")),
        str(entry.get("operation", "")),
        str(entry.get("subresource", "")),
    )


def is_leaf(node: Tree) -> bool:
    """Whether a node is owned whole."""
    return not node or (len(node) == 1 and SELF in node)


def reached(tree: Tree, elements: Elements) -> Tree | None:
    """The node at a place, or that of an owned whole around it; None where nothing is owned."""
    node = tree
    for element in elements:
        if node is not tree and is_leaf(node):
            return node
        branch = node.get(element)
        if branch is None:
            return None
        node = branch
    return node


def owners(live: Object, elements: Elements) -> tuple[Manager, ...]:
    """Whoever owns the field, something in it, or an owned whole around it."""
    return tuple(
        sorted(
            {
                manager_of(entry)
                for entry in entries(live)
                if reached(tree_of(entry), elements) is not None
            },
            key=lambda each: (each.name, each.operation, each.subresource),
        )
    )


def branches(tree: Tree) -> list[str]:
    """The names of a node's branches."""
    return [element for element in tree if element != SELF]


@lru_cache(maxsize=16384)
def keys_of(element: str) -> Mapping[str, Any]:
    """What tells an item from its siblings: of `k:{"name":"main"}`, the keys and their values."""
    found: Mapping[str, Any] = orjson.loads(element[2:])
    return found


@lru_cache(maxsize=16384)
def identity(element: str) -> Any:
    """The values of an item's keys, to look it up; a single one stands for itself."""
    values = tuple(keys_of(element).values())
    return values[0] if len(values) == 1 else values


@lru_cache(maxsize=16384)
def names_of(element: str) -> Names:
    return tuple(keys_of(element))


@lru_cache(maxsize=16384)
def value_of(element: str) -> Any:
    """The item itself, of `v:"x"`."""
    return orjson.loads(element[2:])


def keyed(names: Names, item: Mapping[str, Any]) -> str:
    """The branch of an item, as the server writes it."""
    keys = {name: item[name] for name in names if name in item}
    return "k:" + orjson.dumps(keys, option=orjson.OPT_SORT_KEYS).decode()


def indexed(items: Any, names: Names) -> dict[Any, Any] | None:
    """Items by the values of their keys; None where they cannot be told apart."""
    if items.__class__ is not list:
        return {}
    try:
        if len(names) == 1:
            name = names[0]
            found = {item.get(name): item for item in items}
        else:
            found = {tuple([item.get(name) for name in names]): item for item in items}
    except (AttributeError, TypeError):
        return None
    return found if len(found) == len(items) else None


def shape(tree: Tree) -> str:
    """Whether parts of a map (`f`), a list (`k`), a set (`v`) are owned, or the whole (`.`)."""
    for element in tree:
        if element != SELF:
            return element[0]
    return SELF
