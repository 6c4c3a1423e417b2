"""Builds values out of parts of a document, so that every part keeps its place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from renderer.position import Document, Mark, Origin


class Piece(NamedTuple):
    """A value with its marks."""

    value: Any
    mark: Mark


def piece(document: Document, *path: str | int) -> Piece:
    """The value at a path, which must be there, with its marks."""
    value, mark = document.value, document.mark
    for step in path:
        value, mark = value[step], _below(mark, step)
    return Piece(value, mark)


def constant(value: Any, place: int) -> Piece:
    """A scalar that nobody wrote, at the place of what it stems from."""
    return Piece(value, (place, None))


def _below(mark: Mark, step: str | int) -> Mark:
    """The marks of a child; where it has none, the place of its parent."""
    children: Any = mark[1]
    try:
        below: Mark = children[step]
    except (KeyError, IndexError, TypeError):
        return mark[0], None
    return below


def mapping(place: int, entries: Mapping[str, Piece]) -> Piece:
    """A mapping at a place, with the entries where each of them was written."""
    return Piece(
        {key: entry.value for key, entry in entries.items()},
        (place, {key: entry.mark for key, entry in entries.items()}),
    )


def sequence(place: int, items: Sequence[Piece]) -> Piece:
    """A list at a place, with the items where each of them was written."""
    return Piece([item.value for item in items], (place, [item.mark for item in items]))


def entries_of(whole: Piece) -> dict[str, Piece]:
    """The entries of a mapping as pieces."""
    return {key: Piece(value, _below(whole.mark, key)) for key, value in whole.value.items()}


def items_of(whole: Piece) -> list[Piece]:
    """The items of a list as pieces."""
    return [Piece(value, _below(whole.mark, i)) for i, value in enumerate(whole.value)]


def origin(document: Document, whole: Piece) -> Origin:
    """Where the built value stands: in the same file, place by place."""
    return Origin(Document(document.file, whole.value, whole.mark))
