"""How a string is written so that every YAML reader, old or new, takes it for that string."""

from __future__ import annotations

import json
import re
from functools import lru_cache

_CACHED_LENGTH = 128
_FOUR_DIGITS = 0xFFFF

# What begins like this and is none of the words below, no resolver of YAML 1.1 or 1.2 knows.
_BODY = r"[A-Za-z0-9_./@+=,$()~-]"
_PLAIN = re.compile(rf"(?:[A-Za-z_/$]|--[A-Za-z]){_BODY}*(?:[: ]{_BODY}+)*")
_QUANTITY = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:m|k|[KMGTP]i?)")
_RESOLVED_WORDS = frozenset((
    "y",
    "n",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "null",
    "nan",
    "inf",
    "infinity",
))

# Invisible, or misread by a person or a parser. Fixed here, since Unicode's own tables grow.
_HIDDEN = (
    "\x7f-\xa0\xad\u061c\u070f\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000e0000-\U0010ffff"
)
_ESCAPED = re.compile(f"[{_HIDDEN}]")
_NOT_LITERAL = re.compile(rf"\A[ \t\n]|[ \t](?:\n|\Z)|[\x00-\x08\x0b-\x1f{_HIDDEN}]")
_LINE_START = re.compile(r"^(?=.)", re.MULTILINE)


def inline(text: str) -> str:
    """The string on one line, or "" where `block` shows its lines better."""
    return _inline_cached(text) if len(text) <= _CACHED_LENGTH else _inline(text)


def quoted(text: str) -> str:
    """The string in double quotes, as JSON has it where YAML agrees."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair is no text") from None
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def block(text: str, pad: str) -> str:
    """A literal block whose lines begin with `pad`, without the last line break."""
    lines = _LINE_START.sub(pad, text.removesuffix("\n"))
    if not text.endswith("\n"):
        return f"|-\n{lines}"
    return f"|+\n{lines}" if text.endswith("\n\n") else f"|\n{lines}"


def _inline(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return quoted(text) if text.lower() in _RESOLVED_WORDS else text
    if _QUANTITY.fullmatch(text):
        return text
    return "" if "\n" in text and not _NOT_LITERAL.search(text) else quoted(text)


_inline_cached = lru_cache(maxsize=8192)(_inline)


def _escape(character: re.Match[str]) -> str:
    code = ord(character[0])
    return f"\\u{code:04x}" if code <= _FOUR_DIGITS else f"\\U{code:08x}"
