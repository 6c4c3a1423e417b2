"""How far a JSON schema reaches: what one value may be compared with, before it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

MOST_PARTS = 10_000
DEEPEST = 60

# How many parts a schema has with all that it refers to, and the definitions around it that it
# leads back to, each as often as it does.
_Extent: TypeAlias = "tuple[int, Counter[str]]"


def unbounded(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Why a value would take too long to be compared with a schema, and what is allowed."""
    try:
        _Walk(schema).extent_of_reference("#", 0)
    except _TooMuchError as fault:
        return fault.message, fault.expected
    return "", ""


class _TooMuchError(Exception):
    def __init__(self, message: str, expected: str) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


class _Walk:
    """Goes through every definition once, and counts it as often as it is referred to."""

    __slots__ = ("_around", "_known", "_named", "_schema")

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._known: dict[str, _Extent] = {}
        self._around: set[str] = set()
        self._named = dict(_anchors(schema, 0))

    def extent_of_reference(self, reference: str, depth: int) -> _Extent:
        if reference in self._known:
            return self._known[reference]
        if reference in self._around:
            return 1, Counter((reference,))
        self._around.add(reference)
        size, back = self._extent(self._target(reference), depth + 1)
        self._around.remove(reference)
        if reference in back and back.total() > 1:
            message = "the schema refers to a definition from within it more than once"
            raise _TooMuchError(message, "at most one reference back to a definition")
        del back[reference]
        self._known[reference] = size, back
        return size, back

    def _extent(self, node: Any, depth: int) -> _Extent:
        if depth > DEEPEST:
            raise _TooMuchError("the schema is nested too deeply", f"at most {DEEPEST} levels")
        size, back = 1, Counter[str]()
        for key, child in _entries(node):
            if key in {"$ref", "$dynamicRef"} and isinstance(child, str):
                more, leading = self.extent_of_reference(child, depth)
            elif isinstance(child, (dict, list)):
                more, leading = self._extent(child, depth + 1)
            else:
                continue
            size += more
            back.update(leading)
            if size > MOST_PARTS:
                message = "the schema is too large with all that it refers to"
                raise _TooMuchError(message, f"at most {MOST_PARTS:,} parts")
        return size, back

    def _target(self, reference: str) -> Any:
        """What a reference within the schema names; nothing, where that is not there."""
        from urllib.parse import unquote

        pointer = unquote(reference.removeprefix("#"))
        if not pointer.startswith("/"):
            return self._named.get(pointer) if pointer else self._schema
        node: Any = self._schema
        for step in pointer[1:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                node = node.get(key) if isinstance(node, dict) else None
        return node


def _anchors(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    for key, child in _entries(node):
        if key in {"$anchor", "$dynamicAnchor"} and isinstance(child, str):
            yield child, node
        elif key == "$id" and isinstance(child, str) and depth:
            message = "a part of the schema has an $id of its own"
            raise _TooMuchError(message, "an $id of the whole schema alone")
        elif isinstance(child, (dict, list)):
            yield from _anchors(child, depth + 1)


def _entries(node: Any) -> Iterator[tuple[Any, Any]]:
    match node:
        case dict():
            yield from node.items()
        case list():
            yield from enumerate(node)
        case _:
            return
