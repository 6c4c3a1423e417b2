"""Weaves what was lifted back into the structure of the YAML that was left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import nodes

from renderer.position import Mark, pack
from renderer.templating import syntax
from renderer.templating.items import (
    FIRST_CONTROL,
    FIRST_EXPRESSION,
    PAD,
    Item,
    Lifted,
    LiftError,
    Line,
    Place,
    Region,
    Source,
    Statement,
)
from renderer.templating.skeleton import (
    WHOLE_ENTRIES,
    anchor,
    holds_separator,
    is_prelude,
    skeleton,
    tag_of,
)
from renderer.templating.tree import (
    Do,
    Document,
    Entry,
    For,
    If,
    List,
    Map,
    Part,
    Static,
    Text,
    Value,
    Whole,
)
from renderer.yamlio import load_all

_EXPRESSION = re.compile(f"([{FIRST_EXPRESSION}-{chr(ord(FIRST_CONTROL) - 1)}]){PAD}*")
_CONTROL = re.compile(f"[{FIRST_CONTROL}-{chr(ord(PAD) - 1)}]")
_INLINE = "inside a value use {{ a if condition else b }}"


class Weaver:
    """One file; raises LiftError, InputError or what Jinja's parser raises."""

    def __init__(self, environment: Any, file: str, source: Source) -> None:
        self.environment = environment
        self.file = file
        self.source = source

    def stream(self, items: list[Item]) -> Iterator[Part]:
        """The documents among the items, and what controls whole documents."""
        segment: list[Item] = []
        for item in items:
            if isinstance(item, Line) and item.is_separator:
                yield from self._segment(segment)
                segment = []
            elif isinstance(item, Region) and holds_separator(item):
                yield from self._segment(segment)
                yield self._region(item, top=True)
                segment = []
            else:
                segment.append(item)
        yield from self._segment(segment)

    def _segment(self, items: list[Item]) -> Iterator[Part]:
        """The items between two separators: one document, or control of whole documents."""
        first = next((at for at, item in enumerate(items) if not is_prelude(item)), len(items))
        for item in items[:first]:
            if isinstance(item, Statement):
                yield self._statement(item)
        rest = items[first:]
        if any(isinstance(item, Line) and item.is_content for item in rest):
            root, mark = self._block(rest)
            yield Document(root, mark)
            return
        for item in rest:
            if isinstance(item, Region):
                yield self._region(item, top=True)
            elif isinstance(item, Statement):
                yield self._statement(item)

    def _block(self, items: list[Item], *, opened: bool = False) -> tuple[Value, int]:
        """The value that some items make up, and the line it begins in."""
        controls: dict[str, Item] = {}
        text = skeleton(items, controls)
        documents = load_all(text.encode(), self.file)
        begins = next(
            (item.number for item in items if isinstance(item, Line) and item.is_content), 1
        )
        if len(documents) != 1:
            raise LiftError(Place(begins, 1), "there is no value here")
        document = documents[0]
        value = self._value(document.value, document.mark, controls)
        if opened and isinstance(value, Static):
            value = _opened(value, document.mark)
        for item in controls.values():
            raise LiftError(tag_of(item).place, WHOLE_ENTRIES, _INLINE)
        return value, pack(begins, 1)

    def _value(self, value: Any, mark: Mark, controls: dict[str, Item]) -> Value:
        if isinstance(value, dict):
            return self._map(value, mark, controls)
        if isinstance(value, list):
            return self._list(value, mark, controls)
        if isinstance(value, str):
            return self._string(value, mark)
        return Static(value)

    def _map(self, value: dict[str, Any], mark: Mark, controls: dict[str, Item]) -> Value:
        parts: list[Part] = []
        children: Any = mark[1] or {}
        for key, child in value.items():
            if _CONTROL.match(key) and key in controls:
                parts.append(self._control(controls.pop(key), Map))
                continue
            place = children.get(key, mark)
            name = self._string(key, place)
            if isinstance(name, Whole):
                name = Text((name.expr,), name.expr.lineno)
            ready = name.value if isinstance(name, Static) else name
            parts.append(Entry(ready, self._value(child, place, controls), _line(place)))
        return Static(value) if all(map(_is_static, parts)) else Map(tuple(parts))

    def _list(self, value: list[Any], mark: Mark, controls: dict[str, Item]) -> Value:
        parts: list[Part] = []
        children: Any = mark[1] or [mark] * len(value)
        for child, place in zip(value, children, strict=True):
            if isinstance(child, str) and _CONTROL.match(child) and child in controls:
                parts.append(self._control(controls.pop(child), List))
            else:
                parts.append(Entry(None, self._value(child, place, controls), _line(place)))
        return Static(value) if all(map(_is_static, parts)) else List(tuple(parts))

    def _string(self, value: str, mark: Mark) -> Static | Whole | Text:
        if "{{" in value:
            raise LiftError(_place(mark), "{{ is never closed", "write {{ '{{' }} for two braces")
        if "{%" in value and "%}" in value:
            message = "a control line stands alone on its line"
            raise LiftError(_place(mark), message, "write {{ '{%' }} for one that is meant as text")
        pieces = _EXPRESSION.split(value)
        if len(pieces) == 1:
            return Static(value)
        parts: list[nodes.Expr] = []
        for number, piece in enumerate(pieces):
            if number % 2:
                parts.append(self._expression(piece))
            elif piece:
                parts.append(nodes.Const(piece, lineno=_line(mark)))
        if len(parts) == 1:
            return Whole(parts[0])
        return Text(tuple(parts), parts[bool(pieces[0])].lineno)

    def _expression(self, placeholder: str) -> nodes.Expr:
        lifted = self.source.expressions[ord(placeholder) - ord(FIRST_EXPRESSION)]
        return syntax.expression(self.environment, lifted.body, pack(*lifted.place))

    def _control(self, item: Item, kind: type[Map | List]) -> Part:
        if isinstance(item, Statement):
            return self._statement(item)
        assert isinstance(item, Region)  # noqa: S101  (for the type checker)
        return self._region(item, top=False, kind=kind)

    def _statement(self, item: Statement) -> Do:
        tag = item.tag
        return Do(syntax.statement(self.environment, tag.body, "", pack(*tag.place)))

    def _region(self, region: Region, *, top: bool, kind: type[Map | List] = Map) -> If | For:
        bodies = [
            tuple(self.stream(branch.items)) if top else self._parts(branch.items, kind, branch.tag)
            for branch in region.branches
        ]
        tag = region.branches[0].tag
        if tag.word == "for":
            loop = syntax.statement(self.environment, tag.body, "endfor", pack(*tag.place))
            return For(loop, bodies[0])
        tests = [self._condition(branch.tag) for branch in region.branches]
        return If(tuple(zip(tests, bodies, strict=True)), pack(*tag.place))

    def _condition(self, tag: Lifted) -> nodes.Expr | None:
        if tag.word == "else":
            return None
        return syntax.expression(
            self.environment, tag.body.removeprefix(tag.word), pack(*tag.place)
        )

    def _parts(self, items: list[Item], kind: type[Map | List], tag: Lifted) -> tuple[Part, ...]:
        """The entries of one branch."""
        if anchor(items) is None:
            return ()
        value, _ = self._block(items, opened=True)
        if not isinstance(value, kind):
            raise LiftError(tag.place, WHOLE_ENTRIES, _INLINE)
        return value.parts


def _opened(value: Static, mark: Mark) -> Value:
    """A static map or list, with its entries told apart."""
    marks: Any = mark[1]
    if isinstance(value.value, dict):
        entries = value.value.items()
        return Map(tuple(Entry(k, Static(v), _line(marks.get(k, mark))) for k, v in entries))
    if isinstance(value.value, list):
        items = zip(value.value, marks, strict=True)
        return List(tuple(Entry(None, Static(v), _line(place)) for v, place in items))
    return value


def _is_static(part: Part) -> bool:
    return (
        isinstance(part, Entry)
        and isinstance(part.value, Static)
        and not isinstance(part.key, Text)
    )


def _line(mark: Mark) -> int:
    return pack(*_place(mark))


def _place(mark: Mark) -> Place:
    from renderer.position import COLUMN_BITS, MAX_COLUMN

    return Place((mark[0] >> COLUMN_BITS) + 1, (mark[0] & MAX_COLUMN) + 1)
