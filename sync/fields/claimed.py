"""Fields that are ours: whether they are there as they are asked for, and still asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.fields.likeness import ABSENT
from sync.fields.tree import (
    SELF,
    Names,
    Tree,
    branches,
    identity,
    indexed,
    is_leaf,
    keyed,
    keys_of,
    names_of,
    shape,
    value_of,
)
from sync.fields.unclaimed import unclaimed
from sync.fields.walk import Place, Walk

CONTAINERS = frozenset({dict, list})
NOTHING: Mapping[str, Any] = {}
# Structures that the server fills in where they are sent empty: those look owned whole.
FILLED_IN = frozenset({
    "f:annotations",
    "f:configMap",
    "f:data",
    "f:downwardAPI",
    "f:emptyDir",
    "f:labels",
    "f:projected",
    "f:resources",
    "f:rollingUpdate",
    "f:secret",
    "f:securityContext",
    "f:strategy",
    "f:updateStrategy",
})


def fields(walk: Walk, wanted: Mapping[str, Any], there: Any, tree: Tree, place: Place) -> None:
    """A map of which we own some fields."""
    if there.__class__ is not dict:
        there = NOTHING
    unseen = len(tree)
    for name, value in wanted.items():
        element = "f:" + name
        branch = tree.get(element)
        found = there.get(name, ABSENT)
        if branch is None:
            unclaimed(walk, value, found, (place, element))
            continue
        unseen -= 1
        kind = value.__class__
        if branch or kind is not found.__class__ or value != found or kind in CONTAINERS:
            _field(walk, value, found, branch, (place, element))
    if unseen > 1 or (unseen and SELF not in tree):
        _dropped(walk, wanted, tree, place)


def _dropped(walk: Walk, wanted: Mapping[str, Any], tree: Tree, place: Place) -> None:
    for element in branches(tree):
        if element[:2] != "f:" or element[2:] not in wanted:
            walk.find((place, element), "dropped")


def _field(walk: Walk, value: Any, there: Any, tree: Tree, place: Place) -> None:
    """The tree says whether a field is owned whole, or which parts of a map, a list, a set."""
    kind = shape(tree)
    if kind == SELF:
        _whole(walk, value, there, place)
    elif kind == "f" and value.__class__ is dict and value:
        fields(walk, value, there, tree, place)
    elif kind == "k" and value.__class__ is list and value:
        _items(walk, value, there, tree, place)
    elif kind == "v" and value.__class__ is list and value:
        _set(walk, value, there, tree, place)
    else:
        walk.find(place, "changed")


def _whole(walk: Walk, value: Any, there: Any, place: Place) -> None:
    if not walk.equal(value, there, place):
        walk.find(place, "changed")
    elif value.__class__ is dict and value and _in_parts(walk, place):
        walk.find(place, "unowned")


def _in_parts(walk: Walk, place: Place) -> bool:
    """Whether a map that looks owned whole was only empty when it was applied."""
    if place is not None and walk.built_in and place[1] in FILLED_IN:
        return True
    return any(not is_leaf(node) for node in walk.others(place))


def _items(walk: Walk, wanted: list[Any], there: Any, tree: Tree, place: Place) -> None:
    """A list whose items are told apart by keys."""
    ours = {identity(element): element for element in branches(tree)}
    names = names_of(next(iter(ours.values())))
    live, asked = indexed(there, names), indexed(wanted, names)
    if live is None or asked is None:
        walk.find(place, "changed")
        return
    places = []
    for keys, item in asked.items():
        element = ours.pop(keys, None) or _defaulted(ours, tree, names, item)
        if element is None:
            unclaimed(walk, item, live.get(keys, ABSENT), (place, keyed(names, item)))
        else:
            keys = identity(element)  # noqa: PLW2901  with what it leaves to its defaults
            _item(walk, item, live.get(keys, ABSENT), tree[element], (place, element))
        places.append(keys)
    if not _in_order(live, places):
        walk.find(place, "changed")
    for element in ours.values():
        walk.find((place, element), "dropped")


def _in_order(live: Mapping[Any, Any], asked: list[Any]) -> bool:
    """Newer servers put the items that are asked for in the order that is asked for."""
    there = list(live)
    if there == asked:
        return True
    wanted = set(asked)
    return [each for each in there if each in wanted] == [each for each in asked if each in live]


def _item(walk: Walk, item: Any, there: Any, tree: Tree, place: Place) -> None:
    if there is ABSENT:
        walk.find(place, "changed")
    elif is_leaf(tree):
        _whole(walk, item, there, place)
    else:
        if SELF not in tree:
            walk.find(place, "unowned")
        fields(walk, item, there, tree, place)


def _defaulted(
    ours: dict[Any, str], tree: Tree, names: Names, item: Mapping[str, Any]
) -> str | None:
    """Our branch of an item that leaves some keys to their defaults: keys that we never set."""
    given = [name in item for name in names]
    if all(given) or not any(given):
        return None
    for element in ours.values():
        if all(
            item[name] == key if name in item else "f:" + name not in tree[element]
            for name, key in keys_of(element).items()
        ):
            return ours.pop(identity(element))
    return None


def _set(walk: Walk, wanted: list[Any], there: Any, tree: Tree, place: Place) -> None:
    """A list of plain values, each once."""
    ours = {value_of(element): element for element in branches(tree)}
    live = _positions(there if there.__class__ is list else [])
    asked = _positions(wanted)
    if live is None or asked is None:
        walk.find(place, "changed")
        return
    order = [live.get(each, -1) for each in asked]
    if asked.keys() - ours.keys() or -1 in order or order != sorted(order):
        walk.find(place, "changed")
    for value in ours.keys() - asked.keys():
        walk.find((place, ours[value]), "dropped")


def _positions(values: list[Any]) -> dict[Any, int] | None:
    """Where each value is; None where one is there twice, or is not plain."""
    if any(each.__class__ is not str for each in values):
        return None
    found = {value: at for at, value in enumerate(values)}
    return found if len(found) == len(values) else None
