"""Field paths as the server says them, `.spec.containers[name="main"].image`: said and used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.fields.tree import Elements, keys_of, value_of
from sync.objects import Object

BRACKET = re.compile(r'\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]')
PAIR = re.compile(r'([^=,"]*)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)')


def path(elements: Elements) -> str:
    """A place in a tree as the server's own messages name it."""
    return "".join(map(_said, elements))


def without(desired: Object, paths: Iterable[str]) -> dict[str, Any]:
    """An object less some fields; an item or a map that loses all it says goes with them."""
    left: Any = dict(desired)
    for each in paths:
        left = _less(left, each)
    return dict(left)


def _said(element: str) -> str:
    match element[:2]:
        case "f:":
            return "." + element[2:]
        case "k:":
            keys = keys_of(element).items()
            return "[" + ",".join(f"{name}={_value(value)}" for name, value in keys) + "]"
        case "v:":
            return f"[={_value(value_of(element))}]"
        case _:
            return f"[{element[2:]}]"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Gone:
    """What is left of something that lost all it said."""


GONE = _Gone()


def _less(value: Any, rest: str) -> Any:
    """A value without what the rest of a path names: itself, when nothing is there to remove."""
    if not rest:
        return GONE
    if rest[0] == "." and isinstance(value, Mapping):
        return _map_less(value, rest)
    if rest[0] == "[" and isinstance(value, list):
        return _list_less(value, rest)
    return value


def _map_less(value: Mapping[str, Any], rest: str) -> Any:
    """Names may hold dots: whichever reading of the path finds something is meant."""
    for name, further in _readings(value, rest):
        child = _less(value[name], further)
        if child is GONE:
            kept = {key: each for key, each in value.items() if key != name}
            return kept or GONE
        if child is not value[name]:
            return {**value, name: child}
    return value


def _readings(value: Mapping[str, Any], rest: str) -> Iterator[tuple[str, str]]:
    for name in sorted(value, key=len, reverse=True):
        further = rest[1 + len(name) :]
        if rest.startswith(name, 1) and (not further or further[0] in ".["):
            yield name, further


def _list_less(value: list[Any], rest: str) -> Any:
    found = BRACKET.match(rest)
    if not found:
        return value
    keys, further = _keys(found[1]), rest[found.end() :]
    at = _position(value, keys)
    if at is None:
        return value
    child = _less(value[at], further)
    if child is value[at]:
        return value
    if child is GONE or (isinstance(child, Mapping) and child.keys() <= keys.keys()):
        return value[:at] + value[at + 1 :] or GONE
    return [*value[:at], child, *value[at + 1 :]]


def _keys(text: str) -> dict[str, Any]:
    if text.isdecimal():
        return {"#": int(text)}
    return {found[1]: _read(found[2]) for found in PAIR.finditer(text) if found[0]}


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _position(items: list[Any], keys: Mapping[str, Any]) -> int | None:
    """Where the item is: by its number, as a value of a set, by all its keys, by those it has."""
    if "#" in keys:
        return keys["#"] if keys["#"] < len(items) else None
    if "" in keys:
        return next((at for at, item in enumerate(items) if _equal(item, keys[""])), None)
    fitting = [
        (-len(keys.keys() & item.keys()), at)
        for at, item in enumerate(items)
        if isinstance(item, Mapping) and _fits(item, keys)
    ]
    return min(fitting)[1] if fitting else None


def _fits(item: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    """A key that the item leaves to its default is no reason against it."""
    shared = keys.keys() & item.keys()
    return bool(shared) and all(_equal(item[name], keys[name]) for name in shared)


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
