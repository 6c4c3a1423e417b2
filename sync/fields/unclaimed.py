"""Fields that are asked for and are not ours yet: whether they are there, and equal."""

from __future__ import annotations

from typing import Any

from sync.fields.likeness import ABSENT, identical
from sync.fields.tree import Tree, branches, indexed, is_leaf, keyed, names_of, shape
from sync.fields.walk import Place, Walk


def unclaimed(walk: Walk, value: Any, there: Any, place: Place) -> None:
    """A field of which our tree says nothing."""
    if _hollow(value):
        _empty(walk, value, there, place)
    elif there is ABSENT:
        walk.find(place, "added")
    else:
        _foreign(walk, value, there, place)


def _hollow(value: Any) -> bool:
    """Whether there is nothing in it that anybody could own."""
    if isinstance(value, dict):
        return all(map(_hollow, value.values()))
    return value is None or value == []


def _empty(walk: Walk, value: Any, there: Any, place: Place) -> None:
    """Older servers do not write down who set an empty map: one that nobody claims may be ours."""
    if not isinstance(value, dict) or not identical(value, there):
        walk.find(place, "changed")
    elif walk.others(place):
        walk.find(place, "unowned")


def _foreign(walk: Walk, value: Any, there: Any, place: Place) -> None:
    """Part by part, as far as those who own it show how the parts are told apart."""
    nodes = [node for node in walk.others(place) if not is_leaf(node)]
    kind = shape(nodes[0]) if nodes else ""
    if kind == "f" and isinstance(value, dict) and isinstance(there, dict):
        for name, each in value.items():
            unclaimed(walk, each, there.get(name, ABSENT), (place, "f:" + name))
    elif kind == "k" and isinstance(value, list) and isinstance(there, list):
        _items(walk, value, there, nodes[0], place)
    else:
        walk.find(place, "unowned" if walk.equal(value, there, place) else "changed")


def _items(walk: Walk, value: list[Any], there: list[Any], tree: Tree, place: Place) -> None:
    names = names_of(branches(tree)[0])
    live, asked = indexed(there, names), indexed(value, names)
    if live is None or asked is None:
        walk.find(place, "changed")
        return
    for keys, item in asked.items():
        unclaimed(walk, item, live.get(keys, ABSENT), (place, keyed(names, item)))
