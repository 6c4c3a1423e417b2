"""Text that is a value of a YAML document: its lines, and the YAML in it, where they really stand.

    text = text_document(document, ("data", "cluster.yaml"), without_fence)
    text.value                              the text to be read; `mend` keeps the number of lines
    line_of(text, 3)                        the Position of its third line in the document's file
    nested(document, path, without_fence)   the YAML documents in it; InputError says what is wrong

The value at the path must be a string. Lines and columns are exact where it is a literal block
(`|`), whose lines stand in the file as they are; elsewhere (a quoted text, a folded block, an
alias) everything is said to stand at the key. What `nested` gives are documents of the same file,
so that whatever is built of them keeps its place, and a value deeper inside may be nested again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from renderer.errors import InputError, Problem
from renderer.position import COLUMN_BITS, MAX_COLUMN, Document, Mark, Path, Position, pack
from renderer.yamlio.limits import MAX_VALUES, MAX_VALUES_A_BYTE, MAX_VALUES_NESTED
from renderer.yamlio.load import load_all

_LINE_BREAK = re.compile(r"\r\n|[\r\n]")
# Breaks to YAML alone: where they stand, lines are counted in two ways.
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
# What a literal block begins with: on the line of its key, or on the next one.
_HEADER = re.compile(r"(?:.*[\s:-])?\|[-+1-9]{0,2}[ \t]*(?:[ \t]#.*)?")
_LONGEST_HEADER = 1_000
_HEADER_WITHIN = 2


def text_document(document: Document, path: Path, mend: Callable[[str], str] = str) -> Document:
    """The text at a path, with a mark for each of its lines where these are known."""
    text: Any = document.value
    for step in path:
        text = text[step]
    position = document.at(path)
    place = pack(position.line - 1, position.column - 1)
    lines = _lines_of_block(document.source, place, text)
    return Document(document.file, mend(text), (place, lines), document.source)


def line_of(text: Document, number: int) -> Position:
    """Where the line of this number, counted from 1, of a text document stands in its file."""
    return text.at((max(number, 1) - 1,))


def nested(document: Document, path: Path, mend: Callable[[str], str] = str) -> list[Document]:
    """The YAML documents in the text at a path, each value at its place in the outer file."""
    text = text_document(document, path, mend)
    move = _Move(text)
    data = text.value.encode(errors="surrogatepass")
    most = min(MAX_VALUES, MAX_VALUES_NESTED + MAX_VALUES_A_BYTE * len(data))
    try:
        found = load_all(data, document.file, most)
    except InputError as error:
        raise InputError(map(move.problem, error.problems)) from None
    return [
        Document(document.file, each.value, move.mark(each.mark), document.source) for each in found
    ]


class _Move:
    """From places in a text to those in the file around it."""

    __slots__ = ("_key", "_lines", "_moved")

    def __init__(self, text: Document) -> None:
        self._key, lines = text.mark
        self._lines: Any = lines
        self._moved: dict[int, Any] = {}

    def problem(self, problem: Problem) -> Problem:
        there = tuple(map(self._position, problem.there))
        return replace(problem, position=self._position(problem.position), there=there)

    def mark(self, mark: Mark) -> Mark:
        """The mark and all below it; what an alias shares stays shared."""
        packed, children = mark
        if children is None or self._lines is None:
            return self._place(packed), None
        known = self._moved.get(id(children))
        if known is None:
            known = (
                {key: self.mark(child) for key, child in children.items()}
                if isinstance(children, dict)
                else [self.mark(child) for child in children]
            )
            self._moved[id(children)] = known
        return self._place(packed), known

    def _position(self, position: Position) -> Position:
        packed = self._place(pack(position.line - 1, position.column - 1))
        return Document(position.file, None, (packed, None)).at()

    def _place(self, packed: int) -> int:
        if self._lines is None:
            return self._key
        line, column = packed >> COLUMN_BITS, packed & MAX_COLUMN
        start: int = self._lines[min(line, len(self._lines) - 1)][0]
        return pack(start >> COLUMN_BITS, (start & MAX_COLUMN) + column)


def _lines_of_block(source: bytes, place: int, text: str) -> list[Mark] | None:
    """A mark for each line of the literal block that begins at a place, if one does."""
    wanted = text.removesuffix("\n").split("\n")
    around = _source_lines(source) if source and text else ()
    line = place >> COLUMN_BITS
    for header in range(line, min(line + _HEADER_WITHIN, len(around))):
        if _HEADER.fullmatch(around[header], 0, _LONGEST_HEADER):
            indent = _indent(around[header + 1 : header + 1 + len(wanted)], wanted)
            if indent is None:
                return None
            return [(pack(header + 1 + i, indent), None) for i in range(len(wanted))]
    return None


def _indent(lines: Sequence[str], wanted: Sequence[str]) -> int | None:
    """How far the wanted lines are indented in the file; None where these are others."""
    if len(lines) < len(wanted):
        return None
    indents = {
        len(line) - len(text) for line, text in zip(lines, wanted, strict=True) if text.strip(" ")
    }
    if len(indents) != 1:
        return None
    indent = indents.pop()
    spaces = " " * indent
    same = all(
        line == spaces + text or (not text and not line.strip(" "))
        for line, text in zip(lines, wanted, strict=True)
    )
    return indent if same else None


@lru_cache(maxsize=1)
def _source_lines(source: bytes) -> tuple[str, ...]:
    """The lines of a file as YAML counts them; none where that cannot be said."""
    text = source.decode("utf-8-sig", "replace")
    return () if _OTHER_BREAKS.search(text) else tuple(_LINE_BREAK.split(text))
