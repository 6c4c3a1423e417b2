"""Says in our words, and at the place that helps, why bytes are no YAML."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from renderer.errors import Problem
from renderer.position import Position
from renderer.yamlio.events import COLON_REFUSED

_LINE_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_SPACE_AFTER_COLON = re.compile(r"[\s-]*[\w./-]+:[\w\"']")


class _Words(NamedTuple):
    """What to say of a complaint; `at_start` where the place it began at helps more."""

    message: str
    expected: str = ""
    hint: str = ""
    at_start: bool = False


_UNCLOSED_QUOTE = _Words("a quoted value is never closed", "a closing quote", at_start=True)
_BAD_ESCAPE = _Words(
    "this escape is unknown in a double-quoted value",
    hint="write \\\\ for a backslash, or use single quotes",
)
_TAB = _Words("a tab where spaces are needed", hint="YAML is indented by spaces only")
_BAD_DIRECTIVE = _Words("YAML directives (% lines) are not supported")
_BAD_TAG = _Words("this tag is malformed", "a tag such as !!str", "quote a text that begins with !")
_BAD_NAME = _Words(
    "an anchor or alias has no name or a malformed one",
    "letters, digits, - or _ after & or *",
    "quote a text that begins with & or *",
)
_AFTER_VALUE = _Words("the value is over before this", "the end of the line, or a comment")
_BAD_BLOCK = _Words(
    "the first line of this block text is malformed",
    "| or >, perhaps with - or +, and nothing else",
)

_MISFITS = {
    "did not find expected key": _Words(
        "this line does not fit into the mapping around it",
        "a key at the indentation of its neighbours",
    ),
    "did not find expected '-' indicator": _Words(
        "this line does not fit into the list around it",
        "a - at the indentation of its neighbours",
    ),
}
_WORDS = _MISFITS | {
    "found unexpected end of stream": _UNCLOSED_QUOTE,
    "found unexpected document indicator": _UNCLOSED_QUOTE,
    "found unknown escape character": _BAD_ESCAPE,
    "did not find expected hexdecimal number": _BAD_ESCAPE,
    "found invalid Unicode character escape code": _BAD_ESCAPE,
    "found a tab character where an indentation space is expected": _TAB,
    "found a tab character that violates indentation": _TAB,
    "found a tab character that violate intendation": _TAB,
    "mapping values are not allowed in this context": _Words(
        "a colon that belongs to no key", "one key: value on a line, each at the right indentation"
    ),
    "mapping keys are not allowed in this context": _Words("a ? key cannot stand here"),
    "block sequence entries are not allowed in this context": _Words(
        "a list item cannot stand here", "list items on lines of their own, at one indentation"
    ),
    "could not find expected ':'": _Words("this key has no colon", "key: value", at_start=True),
    "did not find expected ',' or ']'": _Words(
        "the list opened by [ is not closed", "a comma or ]", at_start=True
    ),
    "did not find expected ',' or '}'": _Words(
        "the mapping opened by { is not closed", "a comma or }", at_start=True
    ),
    "did not find expected node content": _Words("a value is missing here", "a value"),
    "did not find expected <document start>": _Words(
        "this does not belong to the document above", "--- before a new document"
    ),
    "did not find expected alphabetic or numeric character": _BAD_NAME,
    "found undefined tag handle": _BAD_TAG,
    "did not find expected tag URI": _BAD_TAG,
    "did not find URI escaped octet": _BAD_TAG,
    "did not find the expected '>'": _BAD_TAG,
    "did not find expected whitespace or line break": _BAD_TAG,
    "did not find expected comment or line break": _BAD_BLOCK,
    "found an indentation indicator equal to 0": _BAD_BLOCK,
    "found incompatible YAML document": _BAD_DIRECTIVE,
    "found duplicate %YAML directive": _BAD_DIRECTIVE,
    "found duplicate %TAG directive": _BAD_DIRECTIVE,
    "found unknown directive name": _BAD_DIRECTIVE,
}


def explained(error: Any, data: bytes, file: str) -> Problem:
    """The parser's error as a problem at a place in the file."""
    if not hasattr(error, "problem_mark"):
        return _bad_bytes(data, file)
    lines = _LINE_BREAK.split(data.decode("utf-8-sig", "replace"))
    words = _words(error, lines)
    mark = (error.context_mark if words.at_start else None) or error.problem_mark
    message, hint = words.message, words.hint or _colon_hint(lines, mark.line)
    return Problem(Position(file, mark.line + 1, mark.column + 1), message, words.expected, hint)


def _words(error: Any, lines: list[str]) -> _Words:
    complaint, mark = str(error.problem), error.problem_mark
    line = lines[mark.line] if mark.line < len(lines) else ""
    at = line[mark.column : mark.column + 1]
    if complaint == "found character that cannot start any token":
        return _bad_start(at, mark.column)
    if complaint == COLON_REFUSED or (at == "?" and complaint.startswith("did not find expected")):
        message = f"{at!a} cannot stand in an unquoted text between brackets"
        return _Words(message, hint="quote the text")
    if complaint in _MISFITS and line[: mark.column].strip():
        return _AFTER_VALUE
    if (error.context or "").startswith("while scanning a %"):
        return _BAD_DIRECTIVE
    return _WORDS.get(complaint) or _Words(f"this is no YAML: {complaint}")


def _bad_start(character: str, column: int) -> _Words:
    if character == "\t":
        return _TAB
    if character == "%" and not column:
        return _BAD_DIRECTIVE
    return _Words(f"an unquoted value cannot begin with {character!a}", hint="quote the value")


def _colon_hint(lines: list[str], line: int) -> str:
    near = lines[max(line - 1, 0) : line + 1]
    missing = any(_NO_SPACE_AFTER_COLON.match(text) for text in near)
    return "put a space after the colon of a key" if missing else ""


def _bad_bytes(data: bytes, file: str) -> Problem:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        return Problem(
            _end_of(before, file), f"byte 0x{data[error.start]:02X} is not UTF-8", "UTF-8 text"
        )
    found = _FORBIDDEN.search(text)
    if found is None:
        return Problem(Position(file, 1, 1), "the parser cannot read this file")
    message = f"the character U+{ord(found[0]):04X} is not allowed in YAML"
    return Problem(
        _end_of(text[: found.start()], file), message, hint='write it as an escape in "quotes"'
    )


def _end_of(before: str, file: str) -> Position:
    lines = _LINE_BREAK.split(before.removeprefix("\ufeff"))
    return Position(file, len(lines), len(lines[-1]) + 1)
