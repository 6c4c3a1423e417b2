"""Turns the parser's events into plain values and, beside them, the marks of where they stand."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, cast

from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from renderer.position import Document, Mark
from renderer.yamlio import scalars
from renderer.yamlio.complaints import DIRECTIVES_REFUSED, Complaints, place, shown_key
from renderer.yamlio.events import Events
from renderer.yamlio.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES

_Children: TypeAlias = "dict[Any, Mark] | list[Mark] | None"
_Source: TypeAlias = "tuple[dict[str, Any], dict[Any, Mark]]"

_MERGE_TAG = scalars.TAG_PREFIX + "merge"


class _Anchored(NamedTuple):
    value: Any
    children: _Children
    size: int
    height: int
    length: int


_UNFINISHED = _Anchored(None, None, 0, 0, 0)


class Builder:
    """Reads one file once. Where there are complaints, what was built is of no use."""

    __slots__ = (
        *("_anchors", "_complain", "_complaints", "_count", "_deepest", "_depth", "_length"),
        *("_most", "_next"),
    )

    def __init__(self, events: Events, complaints: Complaints, most: int = MAX_VALUES) -> None:
        self._next = events
        self._complaints = complaints
        self._complain = complaints.add
        self._anchors: dict[str, _Anchored] = {}
        self._most = most
        self._count = 0
        self._length = 0
        self._depth = 0
        self._deepest = 0

    def documents(self) -> list[Document]:
        """The documents whose value is not null, as kubectl drops the others."""
        documents = []
        self._next()
        while (event := self._next()).__class__ is not StreamEndEvent:
            if event.version or event.tags:
                self._complain(event, DIRECTIVES_REFUSED)
            root = self._next()
            self._anchors = {}
            self._add(root, 1)
            value, children = self._node(root)
            self._next()
            if value is not None:
                documents.append(Document(self._complaints.file, value, (place(root), children)))
        return documents

    def _node(self, event: Any) -> tuple[Any, _Children]:
        kind = event.__class__
        if kind is AliasEvent:
            return self._alias(event)
        if event.anchor is not None:
            return self._anchor(event, kind)
        return self._content(event, kind)

    def _anchor(self, event: Any, kind: type) -> tuple[Any, _Children]:
        """Builds the node and remembers it, with how large it is and how deep it goes."""
        self._anchors[event.anchor] = _UNFINISHED
        before, deepest, self._deepest = self._count, self._deepest, self._depth
        start = self._length
        value, children = self._content(event, kind)
        size, height = self._count - before, self._deepest - self._depth
        self._deepest = max(deepest, self._deepest)
        self._anchors[event.anchor] = _Anchored(value, children, size, height, self._length - start)
        return value, children

    def _alias(self, event: Any) -> tuple[Any, _Children]:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            self._complain(event, "this alias names no anchor above it in the document")
            return {}, None
        if anchored is _UNFINISHED:
            self._complain(event, "this alias stands inside the value that it names")
            return {}, None
        self._add(event, anchored.size)
        self._lengthen(event, anchored.length)
        self._descend(event, anchored.height)
        self._depth -= anchored.height
        return anchored.value, anchored.children

    def _content(self, event: Any, kind: type) -> tuple[Any, _Children]:
        if kind is ScalarEvent:
            return self._scalar(event), None
        self._descend(event, 1)
        built = self._mapping(event) if kind is MappingStartEvent else self._sequence(event)
        self._depth -= 1
        return built

    def _descend(self, event: Any, levels: int) -> None:
        self._depth += levels
        if self._depth > self._deepest:
            self._deepest = self._depth
            if self._depth > MAX_DEPTH:
                self._complaints.give_up(event, "nested too deeply", f"at most {MAX_DEPTH} levels")

    def _scalar(self, event: Any) -> scalars.Scalar:
        self._length += len(event.value)
        try:
            if event.ctag is not None:
                return scalars.tagged(str(event.ctag), event.value)
            return scalars.plain(event.value) if event.implicit[0] else event.value
        except ValueError as error:
            self._complain(event, str(error), hint="quote the value if it is a text")
            return ""

    def _sequence(self, start: Any) -> tuple[list[Any], list[Mark]]:
        self._check_tag(start, "seq")
        values: list[Any] = []
        marks: list[Mark] = []
        following = self._next
        while (event := following()).__class__ is not SequenceEndEvent:
            self._add(event, 1)
            value, children = self._node(event)
            values.append(value)
            marks.append((place(event), children))
        return values, marks

    def _mapping(self, start: Any) -> tuple[dict[str, Any], dict[Any, Mark]]:
        self._check_tag(start, "map")
        values: dict[str, Any] = {}
        marks: dict[Any, Mark] = {}
        inherited: set[str] | None = None
        following = self._next
        while (event := following()).__class__ is not MappingEndEvent:
            self._add(event, 1)
            key = self._key(event)
            value, children = self._node(following())
            if key is None:
                if inherited is not None:
                    hint = "merge several with <<: [*one, *other]"
                    self._complain(event, "a second << in one mapping", hint=hint)
                inherited = self._merge(event, self._sources(event, value, children), values, marks)
                continue
            if key in values:
                if not inherited or key not in inherited:
                    self._twice(event, key, marks)
                else:
                    inherited.remove(key)
            values[key] = value
            marks[key] = place(event), children
        return values, marks

    def _key(self, event: Any) -> str | None:
        """The key as a string; None stands for the merge key."""
        if event.__class__ is not ScalarEvent or event.anchor or event.ctag:
            return self._unusual_key(event)
        text: str = event.value
        self._length += len(text)
        if not event.implicit[0]:
            return text
        if text == "<<":
            return None
        try:
            return scalars.key(text)
        except ValueError as error:
            self._complain(event, str(error), hint="quote the key if it is a text")
            return text

    def _unusual_key(self, event: Any) -> str | None:
        if event.__class__ is ScalarEvent and event.ctag == _MERGE_TAG:
            return None
        value, _ = self._node(event)
        try:
            return scalars.as_key(value)
        except ValueError as error:
            self._complain(event, str(error), "a text")
            return ""

    def _merge(
        self, event: Any, sources: list[_Source], values: dict[str, Any], marks: dict[Any, Mark]
    ) -> set[str]:
        """Adds what `<<` brings, the first source winning; gives the keys that came that way."""
        own = set(values)
        for source, places in sources:
            for key in source:
                if key in own:
                    message = (
                        f"<< after {shown_key(key)}, which it sets too: readers differ in who wins"
                    )
                    self._complain(event, message, hint="put << first", there=marks[key][0])
                elif key not in values:
                    values[key], marks[key] = source[key], places[key]
        return values.keys() - own

    def _sources(self, event: Any, value: Any, children: _Children) -> list[_Source]:
        if isinstance(value, dict):
            return [(value, cast("dict[Any, Mark]", children))]
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            below = cast("list[tuple[int, dict[Any, Mark]]]", children)
            return [(item, mark[1]) for item, mark in zip(value, below, strict=True)]
        self._complain(event, "<< takes no such value", "an alias of a mapping, or a list of them")
        return []

    def _check_tag(self, event: Any, kind: str) -> None:
        tag = event.ctag
        if tag is not None and tag not in {"!", scalars.TAG_PREFIX + kind}:
            self._complain(event, f"the tag {scalars.shown_tag(tag)} does not fit here")

    def _twice(self, event: Any, key: str, marks: dict[Any, Mark]) -> None:
        self._complain(
            event, f"the key {shown_key(key)} stands twice in one mapping", there=marks[key][0]
        )

    def _lengthen(self, event: Any, length: int) -> None:
        self._length += length
        if self._length > MAX_CHARACTERS:
            expected = f"at most {MAX_CHARACTERS:,} characters, counting what an alias names"
            expected += " wherever it stands"
            self._complaints.give_up(event, "too much text in one file", expected)

    def _add(self, event: Any, count: int) -> None:
        self._count += count
        if self._count > self._most:
            expected = f"at most {self._most:,}, counting what an alias names wherever it stands"
            self._complaints.give_up(event, "too many values in one file", expected)
