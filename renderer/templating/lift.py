"""Lifts the Jinja out of a chart's file, so that YAML is left, line by line as before.

Expressions leave one character each behind, control lines leave their line empty. What the
control lines enclose becomes a tree of items: lines, regions (`if`, `for`) and statements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from renderer.templating.tags import COMMENT, CONTROL, EXPRESSION, Tag, opening, tag_at

MAX_SOURCE = 1 << 18
FIRST_EXPRESSION, FIRST_CONTROL, PAD = "\ue000", "\uf000", "\uf8ff"
MAX_EXPRESSIONS, MAX_CONTROLS = 4096, 2048
MAX_NESTING = 12
_OURS = re.compile(f"[{FIRST_EXPRESSION}-{PAD}]")
_IN_COMMENT = re.compile(r"(?:^|\s)#")
_REGIONS = {"if": "endif", "for": "endfor"}
_STATEMENTS = frozenset(("set", "import", "from"))
_HINTS = {
    "macro": "macros live in files named _*.jinja",
    "else": "else stands between if and endif; a for has none",
    "include": "use import and a macro",
}
_KNOWN = "known are if, elif, else, endif, for, endfor, set, import, from"


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


def lift(text: str) -> Source:
    """The items of a file; LiftError says what is wrong with its tags."""
    if len(text) > MAX_SOURCE:
        raise LiftError(Place(1, 1), f"the file is larger than {MAX_SOURCE:,} characters")
    source = text.replace("\r\n", "\n")
    if found := _OURS.search(source):
        message = "a character for private use cannot stand in a chart"
        raise LiftError(_Scan(source).place(found.start()), message)
    scan = _Scan(source)
    skeleton = scan.skeleton()
    return Source(_nested(skeleton.split("\n"), scan.controls), scan.expressions)


class _Scan:
    """One pass over the tags of a file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.expressions: list[Lifted] = []
        self.controls: dict[int, Lifted] = {}

    def skeleton(self) -> str:
        pieces: list[str] = []
        at = behind = 0
        while (start := opening(self.source, at)) >= 0:
            tag = self._tag(start)
            at = start + 2
            if tag is not None and tag.end is not None:
                pieces += self.source[behind:start], self._replaced(tag, tag.end)
                at = behind = tag.end
        return "".join([*pieces, self.source[behind:]])

    def place(self, at: int) -> Place:
        start = self.source.rfind("\n", 0, at) + 1
        return Place(self.source.count("\n", 0, at) + 1, at - start + 1)

    def _tag(self, start: int) -> Tag | None:
        """The tag that opens here; None where it is no more than a YAML comment."""
        of_line = self.source.startswith(EXPRESSION, start)
        commented = bool(_IN_COMMENT.search(self._before(start)))
        if commented and not of_line:
            return None
        line_end = self.source.find("\n", start) if of_line else -1
        tag = tag_at(self.source, start, len(self.source) if line_end < 0 else line_end)
        if commented and tag.end is None:
            return None
        if tag.end is None:
            hint = "set a long expression to a variable, in a line before" if of_line else ""
            where = " on its line" if of_line else ""
            raise LiftError(self.place(start), f"{tag.kind} is never closed{where}", hint)
        return tag

    def _before(self, at: int) -> str:
        return self.source[self.source.rfind("\n", 0, at) + 1 : at]

    def _replaced(self, tag: Tag, end: int) -> str:
        """What stands in the tag's stead."""
        whole = self.source[tag.start : end]
        if tag.kind == COMMENT:
            return re.sub(r"[^\n]", " ", whole)
        if tag.kind == CONTROL:
            self._add_control(tag, end)
            return "\n" * whole.count("\n")
        return self._add_expression(tag, len(whole))

    def _add_expression(self, tag: Tag, length: int) -> str:
        place, number = self.place(tag.start), len(self.expressions)
        if not tag.body:
            raise LiftError(place, "{{ }} is empty")
        if number >= MAX_EXPRESSIONS:
            raise LiftError(place, f"more than {MAX_EXPRESSIONS} expressions in one file")
        self.expressions.append(Lifted("", tag.body, place))
        return chr(ord(FIRST_EXPRESSION) + number) + PAD * (length - 1)

    def _add_control(self, tag: Tag, end: int) -> None:
        place = self.place(tag.start)
        if self._before(tag.start).strip() or self.source[end:].split("\n", 1)[0].strip():
            hint = "inside a value use {{ a if condition else b }}"
            raise LiftError(place, "a control line stands alone on its line", hint)
        if len(self.controls) >= MAX_CONTROLS:
            raise LiftError(place, f"more than {MAX_CONTROLS} control lines in one file")
        word = tag.body.split(None, 1)[0] if tag.body else ""
        self.controls[place.line] = Lifted(word, tag.body, place)


def _nested(lines: list[str], controls: dict[int, Lifted]) -> list[Item]:
    """The items in the regions that enclose them."""
    top: list[Item] = []
    open_regions: list[Region] = []
    items = top
    for number, text in enumerate(lines, start=1):
        tag = controls.get(number)
        if tag is None:
            items.append(Line(number, text))
        elif tag.word in _REGIONS:
            if len(open_regions) >= MAX_NESTING:
                raise LiftError(tag.place, "control lines nest too deeply")
            region = Region([Branch(tag)])
            items.append(region)
            open_regions.append(region)
        elif tag.word in _STATEMENTS:
            items.append(Statement(tag))
        else:
            _turn(tag, open_regions)
        items = open_regions[-1].branches[-1].items if open_regions else top
    if open_regions:
        tag = open_regions[-1].branches[0].tag
        raise LiftError(tag.place, f"{tag.word} without {_REGIONS[tag.word]}")
    return top


def _turn(tag: Lifted, open_regions: list[Region]) -> None:
    """Begin the next branch of the innermost region, or end it."""
    if not open_regions:
        raise LiftError(tag.place, *_stray(tag))
    branches = open_regions[-1].branches
    first, latest = branches[0].tag.word, branches[-1].tag.word
    if tag.body == _REGIONS[first]:
        open_regions.pop()
    elif first == "if" and latest != "else" and (tag.word == "elif" or tag.body == "else"):
        branches.append(Branch(tag))
    else:
        raise LiftError(tag.place, *_stray(tag))


def _stray(tag: Lifted) -> tuple[str, str]:
    known = {"elif", "else", *_REGIONS.values()}
    what = "has no place here" if tag.word in known else "is not part of the charts' language"
    return f'"{tag.word}" {what}', _HINTS.get(tag.word, "" if tag.word in known else _KNOWN)
