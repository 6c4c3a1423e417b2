"""What can be known of the parts of a tree before any of them is rendered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from renderer.templating.tree import Entry, For, If, Part, Static, Text, Whole


def is_certain(part: Part) -> bool:
    """Whether a part is written whatever its values are."""
    return isinstance(part, Entry) and not isinstance(part.value, Whole)


def is_list(parts: Iterable[Part]) -> bool:
    """Whether parts are a list's: their entries have no key."""
    for part in parts:
        match part:
            case Entry(key):
                return key is None
            case If(branches):
                inner = [body for _, body in branches if body]
                if inner:
                    return is_list(inner[0])
            case For(_, body) if body:
                return is_list(body)
    return False


def may_repeat(parts: tuple[Part, ...]) -> bool:
    """Whether a key can come twice: only a render can tell where control or expressions give it."""
    keys = list(_keys(parts, looped=False))
    return None in keys or len(set(keys)) < len(keys)


def _keys(parts: Iterable[Part], *, looped: bool) -> Iterable[str | None]:
    """The keys of a map; None for one that may come again."""
    for part in parts:
        match part:
            case Entry(str(key)):
                yield None if looped else key
            case Entry(Text()):
                yield None
            case If(branches):
                yield from {key for _, body in branches for key in _keys(body, looped=looped)}
            case For(_, body):
                yield from _keys(body, looped=True)
            case _:
                pass


def opened(value: dict[str, Any]) -> tuple[Part, ...]:
    return tuple(Entry(key, Static(child), 1) for key, child in value.items())
