"""Reads one YAML document into plain values. What a renderer does not write is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from sync.errors import BundleError
from sync.manifests.scalars import plain
from sync.objects import Object

MAX_BYTES = 2 << 20
MAX_DEPTH = 100

_Events: TypeAlias = Callable[[], Any]
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# libyaml compares each %TAG line with all before it.
_MAX_TAG_LINES = 16
_SHOWN_KEY_LENGTH = 60
_NO_DIRECTIVES = "YAML directives (% lines) are not supported: take them out"


class _RefusedError(Exception):
    """What is wrong, and the event at which it is."""

    def __init__(self, event: Any, words: str) -> None:
        super().__init__(words)
        self.event = event


def read(data: bytes, file: str) -> Object:
    """The one mapping that the file holds; BundleError says what is wrong, and where."""
    if words := _unparsable(data):
        raise BundleError(f"{file}:1:1: {words}")
    try:
        return _document(CParser(data).get_event)
    except _RefusedError as refused:
        raise _error(file, refused.event.start_mark, str(refused)) from None
    except YAMLError as error:
        if mark := getattr(error, "problem_mark", None):
            words = f"this is no YAML ({getattr(error, 'problem', '')}): render the bundle again"
            raise _error(file, mark, words) from None
        raise BundleError(_bad_bytes(data, file)) from None


def _unparsable(data: bytes) -> str:
    """Why the bytes must not even be shown to the parser."""
    if len(data) > MAX_BYTES:
        return f"the file is too large: {len(data):,} bytes, where {MAX_BYTES:,} are allowed"
    if data.startswith(_UTF16_MARKS):
        return "the file is UTF-16: save it as UTF-8"
    return _NO_DIRECTIVES if data.count(b"%TAG") > _MAX_TAG_LINES else ""


def _document(following: _Events) -> Object:
    following()
    start = following()
    if start.__class__ is StreamEndEvent:
        raise _RefusedError(start, "the file is empty, where one object was expected")
    if start.version or start.tags:
        raise _RefusedError(start, _NO_DIRECTIVES)
    root = following()
    if root.__class__ is not MappingStartEvent:
        raise _RefusedError(root, "this is no object: a mapping was expected")
    value = _mapping(following, root, 1)
    following()
    after = following()
    if after.__class__ is not StreamEndEvent:
        raise _RefusedError(after, "a second document: one object a file is expected")
    return value


def _node(following: _Events, event: Any, depth: int) -> Any:
    kind = event.__class__
    if kind is ScalarEvent:
        return _scalar(event)
    if kind is AliasEvent:
        raise _RefusedError(event, "aliases are not supported: write the value out")
    if kind is MappingStartEvent:
        return _mapping(following, event, depth + 1)
    return _sequence(following, event, depth + 1)


def _scalar(event: Any) -> Any:
    if event.anchor is not None or event.ctag is not None:
        _refuse_marks(event)
    if not event.implicit[0]:
        return event.value
    try:
        return plain(event.value)
    except ValueError as error:
        raise _RefusedError(event, str(error)) from None


def _mapping(following: _Events, start: Any, depth: int) -> dict[str, Any]:
    _check(start, depth)
    values: dict[str, Any] = {}
    while (event := following()).__class__ is not MappingEndEvent:
        key = _key(event)
        if key in values:
            _refuse_twice(event, key)
        values[key] = _node(following, following(), depth)
    return values


def _sequence(following: _Events, start: Any, depth: int) -> list[Any]:
    _check(start, depth)
    values: list[Any] = []
    while (event := following()).__class__ is not SequenceEndEvent:
        values.append(_node(following, event, depth))
    return values


def _key(event: Any) -> str:
    if event.__class__ is not ScalarEvent:
        raise _RefusedError(event, "a key must be a text")
    if event.value == "<<" and event.implicit[0]:
        raise _RefusedError(event, "merge keys (<<) are not supported: write the values out")
    key = _scalar(event)
    if not isinstance(key, str):
        raise _RefusedError(event, "a key must be a text: quote it")
    return key


def _check(start: Any, depth: int) -> None:
    if start.anchor is not None or start.ctag is not None:
        _refuse_marks(start)
    if depth > MAX_DEPTH:
        raise _RefusedError(start, f"nested too deeply: {MAX_DEPTH} levels are allowed")


def _refuse_marks(event: Any) -> NoReturn:
    if event.anchor is not None:
        raise _RefusedError(event, "anchors (&) are not supported: take the anchor out")
    raise _RefusedError(event, "tags (!) are not supported: quote a text that begins with !")


def _refuse_twice(event: Any, key: str) -> NoReturn:
    shown = json.dumps(key[:_SHOWN_KEY_LENGTH])
    raise _RefusedError(event, f"the key {shown} stands twice in one mapping")


def _error(file: str, mark: Any, words: str) -> BundleError:
    return BundleError(f"{file}:{mark.line + 1}:{mark.column + 1}: {words}")


def _bad_bytes(data: bytes, file: str) -> str:
    """The parser tells no place of what is no text; a rendered file has all characters escaped."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
        return f"{file}:{line}:{column}: byte 0x{data[error.start]:02X} is not UTF-8"
    return f"{file}:1:1: there is a character in it that YAML forbids: escape it in double quotes"
