"""Lifts the Jinja out of a chart's file, so that YAML is left, line by line as before.

Expressions leave one character each behind, control lines leave their line empty. What the
control lines enclose becomes a tree of items: lines, regions (`if`, `for`) and statements.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from renderer.templating.items import (
    FIRST_EXPRESSION,
    MAX_CONTROLS,
    MAX_EXPRESSIONS,
    PAD,
    Lifted,
    LiftError,
    Place,
    Source,
)
from renderer.templating.nest import nested
from renderer.templating.tags import COMMENT, CONTROL, EXPRESSION, Tag, opening, tag_at

MAX_SOURCE = 1 << 18
_OURS = re.compile(f"[{FIRST_EXPRESSION}-{PAD}]")
_IN_COMMENT = re.compile(r"(?:^|\s)#")


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
    return Source(nested(skeleton.split("\n"), scan.controls), scan.expressions)


class _Scan:
    """One pass over the tags of a file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._starts = [0, *(found.end() for found in re.finditer("\n", source))]
        self._comments: dict[int, int] = {}
        self.expressions: list[Lifted] = []
        self.controls: dict[int, Lifted] = {}

    def skeleton(self) -> str:
        pieces: list[str] = []
        at = behind = 0
        while (start := opening(self.source, at)) >= 0:
            tag = self._tag(start)
            if tag.end is None:
                at = self._line_end(start)
            else:
                pieces += self.source[behind:start], self._replaced(tag, tag.end)
                at = behind = tag.end
        return "".join([*pieces, self.source[behind:]])

    def place(self, at: int) -> Place:
        line = bisect_right(self._starts, at)
        return Place(line, at - self._starts[line - 1] + 1)

    def _line_end(self, at: int) -> int:
        line = bisect_right(self._starts, at)
        return self._starts[line] - 1 if line < len(self._starts) else len(self.source)

    def _tag(self, start: int) -> Tag:
        """The tag that opens here; without an end where it is no more than a YAML comment."""
        of_line = self.source.startswith(EXPRESSION, start)
        commented = self._is_commented(start)
        if commented and not of_line:
            return Tag("", "", start, None)
        tag = tag_at(self.source, start, self._line_end(start) if of_line else len(self.source))
        if tag.end is None and not commented:
            hint = "set a long expression to a variable, in a line before" if of_line else ""
            where = " on its line" if of_line else ""
            raise LiftError(self.place(start), f"{tag.kind} is never closed{where}", hint)
        return tag

    def _is_commented(self, at: int) -> bool:
        """Whether a comment may have begun before, in the same line."""
        line, column = self.place(at)
        if line not in self._comments:
            start = self._starts[line - 1]
            found = _IN_COMMENT.search(self.source[start : self._line_end(start)])
            self._comments[line] = found.start() if found else len(self.source)
        return self._comments[line] < column - 1

    def _before(self, at: int) -> str:
        return self.source[self._starts[self.place(at).line - 1] : at]

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
