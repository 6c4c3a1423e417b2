"""Generates one Jinja template from the tree of a chart's file.

Its static text is strict YAML already; its dynamic parts are calls of `emission`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import nodes

from renderer.templating.analysis import is_certain, is_list, may_repeat, opened
from renderer.templating.code import Code, concat, joined, output
from renderer.templating.emission import behind_dash, behind_key, head_of
from renderer.templating.faults import ForbiddenError
from renderer.templating.guard import applied, reprice
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

_IDENTIFYING = frozenset(("apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace"))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the parts of a map or list are written."""

    indent: int = 0
    lead: str = ""
    path: tuple[str, ...] | None = None
    once: str = ""
    certain: bool = True

    @property
    def margin(self) -> str:
        return self.lead or " " * self.indent


class Generator:
    """The code of one file."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.fixed: dict[str, str] = {}
        self.maps = 0

    def stream(self, parts: Iterable[Part]) -> Code:
        """The code for what stands at the top of a file: documents, and control around them."""
        code: Code = []
        for part in parts:
            match part:
                case Document():
                    code.append(self._document(part))
                case If() | For():
                    code.append(_control(part, self.stream))
                case Do():
                    code.append(part.statement)
                case Entry():
                    raise AssertionError(part)
        return code

    def _document(self, document: Document) -> nodes.Node:
        self.fixed = {}
        line = document.line
        match document.root:
            case Whole(expr):
                body: Code = [output(applied("put root", expr, lineno=expr.lineno))]
            case Static(dict() as value):
                body = self._entries(opened(value), Spot(path=()))
            case Map(parts):
                body = self._entries(parts, Spot(path=()))
            case _:
                raise ForbiddenError(
                    "a document is a map", line, "it has apiVersion, kind and metadata"
                )
        fixed = nodes.Const(self.fixed, lineno=line)
        template = nodes.Const(self.template, lineno=line)
        done = applied("put document", None, template, fixed, lineno=line)
        return nodes.FilterBlock(joined(body), done, lineno=line)

    def _entries(self, parts: tuple[Part, ...], spot: Spot) -> Code:
        """The code for the parts of a map or list, in a scope of their own if they set anything."""
        code: Code = []
        if not spot.once and may_repeat(parts):
            self.maps += 1
            spot = replace(spot, once=f"_once{self.maps}")
            target = nodes.Name(spot.once, "store", lineno=1)
            empty = applied("put new once", nodes.Const(None, lineno=1), lineno=1)
            code.append(nodes.Assign(target, empty, lineno=1))
        for part in parts:
            code += self._part(part, spot)
            spot = replace(spot, lead="")
        scoped = spot.once or any(isinstance(part, Do) for part in parts)
        return [nodes.Scope(joined(code), lineno=1)] if scoped else code

    def _part(self, part: Part, spot: Spot) -> Code:
        match part:
            case Entry():
                return self._entry(part, spot)
            case If() | For():
                inner = replace(spot, certain=False)
                return [_control(part, lambda parts: self._nested(parts, inner))]
            case Do():
                return [part.statement]
            case Document():
                raise AssertionError(part)

    def _nested(self, parts: Iterable[Part], spot: Spot) -> Code:
        """The parts inside of control: they belong to the same map or list."""
        return [code for part in parts for code in self._part(part, spot)]

    def _entry(self, entry: Entry, spot: Spot) -> Code:
        head = self._head(entry, spot)
        name = entry.key if isinstance(entry.key, str) else ""
        path = None if spot.path is None or entry.key is None else (*spot.path, name)
        value = self._identified(entry.value, path, spot)
        if isinstance(value, Whole):
            return [output(self._leaf(value, head, entry, replace(spot, path=path)))]
        if spot.once:
            head = self._once(head, spot)
        return self._behind(value, head, entry, replace(spot, path=path))

    def _head(self, entry: Entry, spot: Spot) -> nodes.Expr:
        """The margin and the key, or the margin and the dash."""
        match entry.key:
            case None:
                return nodes.Const(f"{spot.margin}-", lineno=entry.line)
            case str(key):
                name = head_of(key, spot.indent)
                return nodes.Const(spot.margin + name, lineno=entry.line)
            case Text(parts, line):
                key_parts = nodes.Tuple(list(parts), "load", lineno=line)
                margin = nodes.Const(spot.margin, lineno=line)
                return applied("put key", key_parts, margin, lineno=line)

    def _once(self, head: nodes.Expr, spot: Spot) -> nodes.Expr:
        heads = nodes.Name(spot.once, "load", lineno=head.lineno)
        return applied("put once", head, heads, lineno=head.lineno)

    def _identified(self, value: Value, path: tuple[str, ...] | None, spot: Spot) -> Value:
        """The value as a leaf, which is remembered, if it tells which object this is."""
        field = _field(path)
        if not field:
            return value
        match value:
            case Static(dict() as entries) if entries:
                value = Map(opened(entries))
            case Static(str(text)) if spot.certain:
                self.fixed[field] = text
            case Static(str(text)):
                value = Whole(nodes.Const(text, lineno=1))
            case Text(parts, line):
                value = Whole(concat(parts, line))
            case _:
                pass
        return value

    def _leaf(self, value: Whole, head: nodes.Expr, entry: Entry, spot: Spot) -> nodes.Expr:
        line = value.expr.lineno
        args = [head, nodes.Const(spot.indent, lineno=line)]
        field = _field(spot.path)
        if field or spot.once:
            args.append(nodes.Const(field, lineno=line))
        if spot.once:
            args.append(nodes.Name(spot.once, "load", lineno=line))
        name = "put item" if entry.key is None else "put entry"
        return applied(name, value.expr, *args, lineno=line)

    def _behind(self, value: Value, head: nodes.Expr, entry: Entry, spot: Spot) -> Code:
        match value:
            case Static(plain):
                behind = behind_dash if entry.key is None else behind_key
                return [output(head, behind(plain, spot.indent))]
            case Text(parts, line):
                text = Whole(concat(parts, line))
                return [output(self._leaf(text, head, entry, replace(spot, once="")))]
            case Map(parts):
                return self._container(parts, head, entry, spot)
            case List(parts):
                return self._container(parts, head, entry, replace(spot, path=None))
            case Whole():
                raise AssertionError(value)

    def _container(
        self, parts: tuple[Part, ...], head: nodes.Expr, entry: Entry, spot: Spot
    ) -> Code:
        in_list = entry.key is None
        listed = is_list(parts)
        deeper = spot.indent if listed and not in_list else spot.indent + 2
        inner = replace(spot, indent=deeper, lead="", once="")
        if in_list and isinstance(head, nodes.Const) and is_certain(parts[0]):
            return self._entries(parts, replace(inner, lead=f"{head.value} "))
        if not in_list and (any(map(is_certain, parts)) or _names(parts, spot.path)):
            return [output(head, "\n"), *self._entries(parts, inner)]
        empty = nodes.Const("[]" if listed else "{}", lineno=entry.line)
        name = "put filled item" if in_list else "put filled"
        body = joined(self._entries(parts, inner))
        match body:
            case [nodes.Output(nodes=[nodes.Filter() as leaf])] if isinstance(head, nodes.Const):
                return [output(applied(name, leaf, head, empty, lineno=leaf.lineno))]
        done = applied(name, None, head, empty, lineno=entry.line)
        return [nodes.FilterBlock(body, done, lineno=entry.line)]


def _field(path: tuple[str, ...] | None) -> str:
    """What an entry at this path tells of its object, if anything."""
    field = ".".join(path or ())
    return field if field in _IDENTIFYING else ""


def _names(parts: tuple[Part, ...], path: tuple[str, ...] | None) -> bool:
    """Whether a map gives its object the name without which there is no object."""
    return path == ("metadata",) and any(
        isinstance(part, Entry) and part.key == "name" for part in parts
    )


def _control(part: If | For, inside: Any) -> nodes.Node:
    """Jinja's node for control, around the code of what it encloses."""
    if isinstance(part, For):
        part.loop.body = joined(inside(part.body))
        return reprice(part.loop)
    (test, body), *others = part.branches
    node = nodes.If(test, joined(inside(body)), [], [], lineno=part.line)
    for test, body in others:
        code = joined(inside(body))
        if test is None:
            node.else_ = code
        else:
            node.elif_.append(nodes.If(test, code, [], [], lineno=test.lineno))
    return node
