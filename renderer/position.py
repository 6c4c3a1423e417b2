"""Where things stand in the files that people wrote. Knows nothing of what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

# A mark is `(packed line and column, children)`: of the key for an entry of a mapping, of the item
# for an entry of a list. Children are marks by key, marks by index, or None below a scalar.
Mark: TypeAlias = "tuple[int, dict[Any, Mark] | list[Mark] | None]"

COLUMN_BITS = 12
MAX_COLUMN = (1 << COLUMN_BITS) - 1


class Position(NamedTuple):
    """A place in a source file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def pack(line: int, column: int) -> int:
    """One integer for a 0-based line and column; a column too far right is cut."""
    return line << COLUMN_BITS | min(column, MAX_COLUMN)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One YAML document: plain values, and a tree of marks beside them.

    `source` is the file that it stands in, where the places of lines within a text may be asked
    for; all documents of the file share it.
    """

    file: str
    value: Any
    mark: Mark
    source: bytes = field(default=b"", repr=False)

    def at(self, path: Path = ()) -> Position:
        """The position of `path`, or of its nearest ancestor that stands in the file."""
        packed, children = self.mark
        for step in path:
            try:
                packed, children = children[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
        return Position(self.file, (packed >> COLUMN_BITS) + 1, (packed & MAX_COLUMN) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """A place inside a document, from which deeper places can be asked for."""

    document: Document
    path: Path = ()

    def __truediv__(self, step: str | int) -> Origin:
        return Origin(self.document, (*self.path, step))

    def at(self, path: Path = ()) -> Position:
        return self.document.at(self.path + path)
