"""Documents that were copied together with the ``` around them."""

from __future__ import annotations

import re

FENCE = "```"
_FENCE = FENCE.encode()
_BOM = b"\xef\xbb\xbf"
_LANGUAGE = re.compile(r"[\w+.-]*\s*")
_LINE = re.compile(r"[^\r\n]*")
_CLOSING = re.compile(r"(?<=[\r\n])`{3,}[ \t]*(?=[\r\n]|\Z)")


def without_fence(text: str) -> str:
    """A text that begins with ``` without it, and without the line that closes it.

    What stands behind the first ``` is content, unless it is the name of a language. Lines stay
    as many as they were; no YAML begins like this.
    """
    if not text.startswith(FENCE):
        return text
    opening = _first_line(text)
    rest = opening.lstrip("`").lstrip()
    kept = "" if _LANGUAGE.fullmatch(rest) else rest
    return kept + _CLOSING.sub("", text[len(opening) :], count=1)


def data_without_fence(data: bytes) -> bytes:
    """The bytes of a file without its fence; what is no UTF-8 is for others to say."""
    bare = data.removeprefix(_BOM)
    if not bare.startswith(_FENCE):
        return data
    text = bare.decode(errors="surrogateescape")
    return without_fence(text).encode(errors="surrogateescape")


def _first_line(text: str) -> str:
    found = _LINE.match(text)
    return found[0] if found else ""
