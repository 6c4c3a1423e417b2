"""A chart's document as a tree: YAML's structure with the control that encloses its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from jinja2 import nodes


@dataclass(frozen=True, slots=True)
class Static:
    """A value without any expression in it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Whole:
    """A value that is one expression; it keeps its type."""

    expr: nodes.Expr


@dataclass(frozen=True, slots=True)
class Text:
    """A string with expressions in it."""

    parts: tuple[nodes.Expr, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A map's entry, or a list's item, which has no key."""

    key: str | Text | None
    value: Value
    line: int


@dataclass(frozen=True, slots=True)
class If:
    """Branches of parts, each with its condition; the last may have none."""

    branches: tuple[tuple[nodes.Expr | None, tuple[Part, ...]], ...]
    line: int


@dataclass(frozen=True, slots=True)
class For:
    """Parts that come once for each value; the loop's own body is still empty."""

    loop: nodes.For
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Do:
    """A `set` or an `import`."""

    statement: nodes.Stmt


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file, at the line where it begins."""

    root: Value
    line: int


@dataclass(frozen=True, slots=True)
class Map:
    """A map in which something is dynamic."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list in which something is dynamic."""

    parts: tuple[Part, ...]


Part: TypeAlias = Entry | If | For | Do | Document
Value: TypeAlias = Static | Whole | Text | Map | List
