"""Text as the catalog reads it: what is meant literally, and what is an expression."""

from __future__ import annotations

import re
from typing import Any

_OPENING = re.compile(r"\{[{%#]")


class Expression(str):
    """A text with `{{ expressions }}` that are meant as such."""

    __slots__ = ()


def literally(value: Any) -> Any:
    """The value with its braces written so that the catalog takes them as they stand."""
    match value:
        case Expression():
            return str(value)
        case str():
            return _OPENING.sub(lambda found: f"{{{{ '{found[0]}' }}}}", value)
        case dict():
            return {key: literally(child) for key, child in value.items()}
        case list():
            return [literally(child) for child in value]
        case _:
            return value


def relative(value: Any, path: str) -> Any:
    """The value with a notebook's own path as an expression, so that others can share it."""
    match value:
        case Expression():
            return value
        case str() if path in value:
            found = re.split(rf"{re.escape(path)}(?=[/?]|$)", value)
            parts = map(literally, found)
            return Expression("{{ notebook.prefix }}".join(parts)) if len(found) > 1 else value
        case dict():
            return {key: relative(child, path) for key, child in value.items()}
        case list():
            return [relative(child, path) for child in value]
        case _:
            return value


def plainly(value: Any) -> Any:
    """The value without nulls: in a fragment they would take something away."""
    match value:
        case dict():
            return {key: plainly(each) for key, each in value.items() if each is not None}
        case list():
            return [plainly(each) for each in value if each is not None]
        case _:
            return value
