"""How fields, values and alternatives are named in what people read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from renderer.position import Path

LONGEST_QUOTE = 60

EXPECTED_TYPE = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def place(path: Path) -> str:
    """The last step of a path, the way one would say it."""
    if not path:
        return "the document"
    *before, last = path
    return f"item {last + 1} of {place(tuple(before))}" if isinstance(last, int) else str(last)


def found(value: Any) -> str:
    """What kind of value this is, without showing it."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return "a string"
        case _:
            return "a number"


def either(choices: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = list(dict.fromkeys(choices)) or [""]
    return f"{', '.join(most)} or {last}" if most else last


def quoted(text: str) -> str:
    """A string in quotes, on one line, and not too long."""
    shown = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def type_hint(value: Any, types: Sequence[str]) -> str:
    """What quotes have to do with it."""
    if "string" in types and isinstance(value, bool | int | float):
        return "write it in quotes"
    unquoted = {"boolean": ("true", "false"), "integer": None, "number": None}
    for name in unquoted.keys() & set(types):
        if isinstance(value, str) and (
            value in (unquoted[name] or ()) or (unquoted[name] is None and value.isdecimal())
        ):
            return "write it without quotes"
    return ""


def rewritten(text: str, pattern: str, longest: int | None) -> str:
    """`did you mean "x"?` for a likely correction that fits the pattern."""
    if "/" in text or ":" in text:  # no name with a slip, but something else
        return ""
    dashed = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")
    amount = re.sub(r"\s+|[Bb]$", "", text)
    candidates = (dashed, re.sub(r"[-.]+", "-", dashed), amount, amount[:-1] + amount[-1:].upper())
    capital = re.sub(r"([kmgtpe])(i?)$", lambda m: m[1].upper() + m[2], amount, flags=re.IGNORECASE)
    for candidate in (*candidates, capital):
        short_enough = longest is None or len(candidate) <= longest
        if candidate not in ("", text) and short_enough and re.search(pattern, candidate):
            return f"did you mean {quoted(candidate)}?"
    return ""
