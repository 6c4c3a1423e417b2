"""How the lists of each Kubernetes type merge, and which of its fields exclude each other."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

from renderer.schema.data import read


class Shape:
    """What merging must know of a type; of a field that is not here, nothing need be known."""

    __slots__ = ("exclusive", "fields")

    def __init__(self) -> None:
        self.fields: dict[str, Field] = {}
        self.exclusive: frozenset[str] = frozenset()


# The type of a field or of its items; and whether a list merges: by which key, or `""` for a list
# of scalars; None for a list that is replaced whole.
Field: TypeAlias = tuple[Shape, str | None]

PLAIN = Shape()
UNKNOWN: Field = (PLAIN, None)


def shape_of(type_name: str) -> Shape:
    """The shape of a type by its short name; of a type in which nothing merges, the plain one."""
    return _shapes().get(type_name, PLAIN)


@cache
def merge_keys() -> frozenset[str]:
    """Every field by which items of some list are told apart."""
    return frozenset(key for shape in _shapes().values() for _, key in shape.fields.values() if key)


@cache
def scalar_lists() -> frozenset[str]:
    """Every field that is a list of scalars which merges, so that equal ones are one."""
    return frozenset(
        name for shape in _shapes().values() for name, (_, key) in shape.fields.items() if key == ""
    )


@cache
def _shapes() -> dict[str, Shape]:
    import json

    known = json.loads(read("kubernetes/merge.json"))
    shapes = {name: Shape() for name in known["types"]}
    for name, fields in known["types"].items():
        shapes[name].fields = {field: _field(shapes, written) for field, written in fields.items()}
    for name, fields in known["unions"].items():
        shapes[name].exclusive = frozenset(fields)
    return shapes


def _field(shapes: dict[str, Shape], written: str | list[str]) -> Field:
    match written:
        case str():
            return shapes[written], None
        case [item_type, key]:
            return shapes.get(item_type, PLAIN), key
        case _:
            return PLAIN, ""
