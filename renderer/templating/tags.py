"""Finds `{{ }}`, `{% %}` and `{# #}` in a text, aware of the strings and brackets in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

EXPRESSION, CONTROL, COMMENT = "{{", "{%", "{#"
CLOSING = {EXPRESSION: "}}", CONTROL: "%}", COMMENT: "#}"}
MAX_LENGTH = 8_000
_OPENING = re.compile(r"\{[{%#]")
_INSIDE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[(\[{}\])]|%\}""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and its place: `source[start:end]`; without an end, it is never closed."""

    kind: str
    body: str
    start: int
    end: int | None


def opening(source: str, at: int) -> int:
    """Where the next tag opens, or -1."""
    found = _OPENING.search(source, at)
    return found.start() if found else -1


def tag_at(source: str, start: int, limit: int) -> Tag:
    """The tag that opens at `start`, if it is closed before `limit`."""
    kind = source[start : start + 2]
    inner = start + 2
    limit = min(limit, inner + MAX_LENGTH)
    if kind == COMMENT:
        close = source.find("#}", inner, limit)
    else:
        close = _close(source, inner, limit, CLOSING[kind])
    if close < 0:
        return Tag(kind, "", start, None)
    body = source[inner:close].removesuffix("-").removesuffix("+")
    return Tag(kind, body.removeprefix("-").removeprefix("+").strip(), start, close + 2)


def _close(source: str, at: int, limit: int, closing: str) -> int:
    """Where the closing braces stand, or -1."""
    depth = 0
    for found in _INSIDE.finditer(source, at, limit):
        match found[0]:
            case "(" | "[" | "{":
                depth += 1
            case "}" if depth <= 0 and closing == "}}" and source.startswith("}}", found.start()):
                return found.start()
            case ")" | "]" | "}":
                depth -= 1
            case "%}" if depth <= 0 and closing == "%}":
                return found.start()
    return -1
