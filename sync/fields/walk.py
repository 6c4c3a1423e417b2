"""Where a comparison is, and what it found on its way."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from sync.fields.likeness import ABSENT, alike, identical, is_built_in
from sync.fields.tree import Elements, Entry, Tree, entries, reached, tree_of
from sync.objects import Object

Kind: TypeAlias = Literal["added", "changed", "dropped", "unowned"]
Place: TypeAlias = tuple[Any, str] | None  # the place around it, and its own element
TOP: Place = None
NOWHERE = (None, "")


class Walk:
    """One comparison on its way."""

    __slots__ = ("built_in", "found", "live", "ours")

    def __init__(self, desired: Object, live: Object, ours: Entry | None) -> None:
        self.live = live
        self.ours = ours
        self.built_in = is_built_in(desired)
        self.found: list[tuple[Place, Kind]] = []

    def find(self, place: Place, kind: Kind) -> None:
        self.found.append((place, kind))

    def others(self, place: Place) -> list[Tree]:
        """What anybody else owns at a place."""
        theirs = [entry for entry in entries(self.live) if entry is not self.ours]
        elements = elements_of(place) if theirs else ()
        found = (reached(tree_of(entry), elements) for entry in theirs)
        return [node for node in found if node is not None]

    def equal(self, value: Any, there: Any, place: Place) -> bool:
        """Whether the server leaves a value, sent whole, as what is there.

        Written otherwise, it takes from others what they own with us.
        """
        if identical(value, there):
            return True
        if not self.built_in or self.others(place):
            return False
        around, element = place or NOWHERE
        outer = around or NOWHERE
        if there is ABSENT:
            return _left_out(value, element, (outer[0] or NOWHERE)[1])
        return alike(value, there, element[2:], outer[1][2:])


def _left_out(value: Any, element: str, items: str) -> bool:
    """What the server's own types leave out where it is empty: a list, the value of a variable."""
    return value == [] or (value == "" and element == "f:value" and items == "f:env")


def elements_of(place: Place) -> Elements:
    found = []
    while place is not None:
        place, element = place
        found.append(element)
    return tuple(reversed(found))
