"""What stands in the way of an apply: fields that nobody applied, where the server takes only ours.

A port's number that was changed by hand is, for the server, another port of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.errors import Cause
from sync.fields.tree import (
    APPLY,
    OURS,
    Elements,
    Names,
    branches,
    entries,
    keyed,
    names_of,
    reached,
    shape,
    tree_of,
)
from sync.objects import Object

DUPLICATE = "FieldValueDuplicate"
NUMBER = re.compile(r"\[[^]]*\]")
NOT_OURS = frozenset({"metadata", "status"})
SHALLOW = 2


def strays(desired: Object, live: Object, causes: Iterable[Cause]) -> tuple[Elements, ...]:
    """What is beside our own fields where the server refused them, and no other tool applied."""
    found = {elements for cause in causes for elements in _beside(desired, live, cause)}
    return tuple(sorted(each for each in found if not is_applied(live, each)))


def _beside(desired: Object, live: Object, cause: Cause) -> Iterator[Elements]:
    *around, _ = NUMBER.sub("", cause.field).split(".")
    if len(around) < SHALLOW or around[0] in NOT_OURS:
        return
    twice = cause.reason == DUPLICATE
    for want, there, at in _places(desired, live, (live, tuple(around), ())):
        if isinstance(there, list):
            yield from _items(want, there, at, names_at(live, at), twice=twice)
        else:
            yield from _fields(want, there, at)


Way = tuple[Object, Names, Elements]


def _places(want: Any, there: Any, way: Way) -> Iterator[tuple[Any, Any, Elements]]:
    """Where the names of fields lead, through the items of lists that both sides have."""
    live, left, at = way
    if want.__class__ is not there.__class__ or not isinstance(there, dict | list):
        return
    if not left:
        yield want, there, at
    elif isinstance(there, dict):
        name, *further = left
        if name in want and name in there:
            step = (live, tuple(further), (*at, f"f:{name}"))
            yield from _places(want[name], there[name], step)
    else:
        for one, other, element in pairs(want, there, names_at(live, at)):
            yield from _places(one, other, (live, left, (*at, element)))


def _items(
    want: list[Any], there: list[Any], at: Elements, names: Names, *, twice: bool
) -> Iterator[Elements]:
    paired = list(pairs(want, there, names))
    if not twice:
        for one, other, element in paired:
            yield from _fields(one, other, (*at, element))
        return
    ours = {element for _, _, element in paired}
    for item in there if names else ():
        if (element := keyed(names, item)) not in ours:
            yield (*at, element)


def _fields(want: Mapping[str, Any], there: Mapping[str, Any], at: Elements) -> Iterator[Elements]:
    for name in there.keys() - want.keys():
        yield (*at, f"f:{name}")


def pairs(want: list[Any], there: list[Any], names: Names) -> Iterator[tuple[Any, Any, str]]:
    """The items of both sides that are the same one for the server, and what it calls them."""
    for item in there if names else ():
        for asked in want:
            if all(asked.get(name, item.get(name)) == item.get(name) for name in names):
                yield asked, item, keyed(names, item)
                break


def names_at(live: Object, at: Elements) -> Names:
    """The fields that tell the items of a list apart, as some manager's tree shows them."""
    for entry in entries(live):
        node = reached(tree_of(entry), at)
        if node and shape(node) == "k":
            return names_of(branches(node)[0])
    return ()


def is_applied(live: Object, elements: Elements) -> bool:
    return any(
        reached(tree_of(entry), elements) is not None
        for entry in entries(live)
        if (entry.get("operation") == APPLY and entry.get("manager") != OURS)
        or entry.get("subresource")
    )
