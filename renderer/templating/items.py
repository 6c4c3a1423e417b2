"""What a chart's file is taken apart into: lines, and the control that stands between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

FIRST_EXPRESSION, FIRST_CONTROL, PAD = "\ue000", "\uf000", "\uf8ff"
MAX_EXPRESSIONS, MAX_CONTROLS = 4096, 2048


class Place(NamedTuple):
    """Counted from 1."""

    line: int
    column: int


class LiftError(Exception):
    """The file cannot be taken apart."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Lifted:
    """An expression or a control line, out of its file."""

    word: str
    body: str
    place: Place


@dataclass(frozen=True, slots=True)
class Line:
    """A line of YAML."""

    number: int
    text: str

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    @property
    def is_content(self) -> bool:
        bare = self.text.strip()
        return bool(bare) and not bare.startswith("#")

    @property
    def is_separator(self) -> bool:
        return self.text == "---" or self.text.startswith("--- ")

    @property
    def is_item(self) -> bool:
        bare = self.text.strip()
        return bare == "-" or bare.startswith("- ")


@dataclass(slots=True)
class Branch:
    """What one condition, or one loop, encloses."""

    tag: Lifted
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Region:
    """An `if` with all its branches, or a `for`."""

    branches: list[Branch]


@dataclass(frozen=True, slots=True)
class Statement:
    """A `set` or an `import`."""

    tag: Lifted


Item: TypeAlias = Line | Region | Statement


@dataclass(frozen=True, slots=True)
class Source:
    """A file taken apart."""

    items: list[Item]
    expressions: list[Lifted]
