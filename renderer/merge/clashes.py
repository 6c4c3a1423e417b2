"""Where two patches of equal rank contradict each other, so that their order would matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from renderer.merge.directives import DELETE_FROM, ELEMENT_ORDER, MARK, PATCH, REPLACE, RETAIN_KEYS
from renderer.merge.shapes import UNKNOWN, Field, Shape, shape_of
from renderer.position import Path

Map = dict[str, Any]
Pair: TypeAlias = tuple[Path, Path]


def clashes(a: Any, b: Any, type_name: str = "PodTemplateSpec") -> list[Pair]:
    """The fields that both set, but not to the same value; a path into each of the two.

    Fields that exclude each other clash as well: `value` and `valueFrom` of one variable.
    """
    return list(_values(a, b, (shape_of(type_name), None), ((), ())))


def _maps(a: Map, b: Map, shape: Shape, at: Pair) -> Iterator[Pair]:
    if PATCH in a or PATCH in b:
        yield at
        return
    for key in a:
        if key in b and not key.startswith(MARK):
            yield from _values(a[key], b[key], shape.fields.get(key, UNKNOWN), _below(at, key, key))
    if shape.exclusive:
        yield from _exclusive(a, b, shape, at)
    if any(key.startswith(MARK) for key in (*a, *b)):
        yield from _orders(a, b, shape, at)
        yield from _directives(a, b, at)
        yield from map(_turned, _directives(b, a, _turned(at)))


def _values(a: Any, b: Any, field: Field, at: Pair) -> Iterator[Pair]:
    shape, key = field
    if a == b:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        yield from _maps(a, b, shape, at)
    elif isinstance(a, list) and isinstance(b, list) and key is not None:
        yield from _lists(a, b, field, at)
    else:
        yield at


def _lists(a: list[Any], b: list[Any], field: Field, at: Pair) -> Iterator[Pair]:
    """Items of the same merge key are compared; scalars only ever add to each other."""
    shape, key = field
    if any(isinstance(item, dict) and item.get(PATCH) == REPLACE for item in (*a, *b)):
        yield at
        return
    for i, item in enumerate(a):
        for j, other in enumerate(b):
            if item != other and key and _alike(item, other, key):
                yield from _maps(item, other, shape, _below(at, i, j))


def _alike(item: Any, other: Any, key: str) -> bool:
    if not isinstance(item, dict) or not isinstance(other, dict):
        return False
    return key in item and key in other and bool(item[key] == other[key])


def _exclusive(a: Map, b: Map, shape: Shape, at: Pair) -> Iterator[Pair]:
    ours, theirs = (
        [key for key, value in each.items() if key in shape.exclusive and value is not None]
        for each in (a, b)
    )
    if ours and theirs and not set(ours) & set(theirs):
        yield _below(at, ours[0], theirs[0])


def _orders(a: Map, b: Map, shape: Shape, at: Pair) -> Iterator[Pair]:
    for directive in a:
        if directive.startswith(ELEMENT_ORDER) and directive in b:
            key = shape.fields.get(directive.removeprefix(ELEMENT_ORDER), UNKNOWN)[1]
            if not _same_order(_items(a[directive]), _items(b[directive]), key):
                yield _below(at, directive, directive)


def _directives(a: Map, b: Map, at: Pair) -> Iterator[Pair]:
    """What the directives of `a` have against the fields of `b`."""
    for directive, listed in a.items():
        if directive == RETAIN_KEYS:
            fields = [key for key in b if not key.startswith(MARK) and b[key] is not None]
            yield from (_below(at, directive, key) for key in fields if key not in _items(listed))
        elif directive.startswith(DELETE_FROM):
            name = directive.removeprefix(DELETE_FROM)
            if any(item in _items(listed) for item in _items(b.get(name))):
                yield _below(at, directive, name)


def _same_order(a: list[Any], b: list[Any], key: str | None) -> bool:
    ours, theirs = (
        [item.get(key) if isinstance(item, dict) else item for item in each] for each in (a, b)
    )
    return [k for k in ours if k in theirs] == [k for k in theirs if k in ours]


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _below(at: Pair, ours: str | int, theirs: str | int) -> Pair:
    return (*at[0], ours), (*at[1], theirs)


def _turned(at: Pair) -> Pair:
    return at[1], at[0]
