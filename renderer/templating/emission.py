"""Writes values into a chart's text while it renders: strict YAML behind a key or a dash."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from renderer.templating.faults import RefusedError
from renderer.templating.operators import concat
from renderer.templating.state import WorkContext
from renderer.templating.values import OMIT, Frozen, plain, refuse, text
from renderer.templating.work import Budget
from renderer.yamlio import emit
from renderer.yamlio.strings import inline

_SHORT = 64
_line = lru_cache(maxsize=8192)(inline)
_CONTAINERS = frozenset((dict, list))
_NEEDED = ("apiVersion", "kind", "metadata.name")
_WORDS = {True: "true", False: "false", None: "null"}


class Rendered(NamedTuple):
    """One object: what it is, and its YAML."""

    template: str
    api_version: str
    kind: str
    namespace: str
    name: str
    text: str


class Shared:
    """The texts of values that many renders share, by identity; the eldest is forgotten."""

    __slots__ = ("_most", "_texts")

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[int, int], tuple[Any, str]] = OrderedDict()

    def emit(self, value: Any, indent: int) -> str:
        key = (id(value), indent)
        kept = self._texts.get(key)
        if kept is None:
            # The value is kept too, so that its identity cannot pass to another.
            kept = self._texts[key] = value, emit(value, indent)
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
        else:
            self._texts.move_to_end(key)
        return kept[1]


def behind_key(value: Any, indent: int, write: Callable[[Any, int], str] = emit) -> str:
    """What follows `key:`, where the key stands at `indent`."""
    if value and isinstance(value, dict):
        return "\n" + write(value, indent + 2)
    if value and isinstance(value, list):
        return "\n" + write(value, indent)
    return " " + write(value, indent)[indent:]


def behind_dash(value: Any, indent: int, write: Callable[[Any, int], str] = emit) -> str:
    """What follows the dash of a list's item at `indent`."""
    if value and isinstance(value, (dict, list)):
        return " " + write(value, indent + 2)[indent + 2 :]
    return " " + write(value, indent)[indent:]


def leaf(behind: Callable[..., str]) -> Callable[..., str]:
    """The writer of a whole entry or item whose value is an expression."""

    def write(
        context: Any, value: Any, head: str, indent: int, field: str = "", once: Any = None
    ) -> str:
        if value is OMIT:
            return ""
        if once is not None:
            once.add(head)
        if field:
            context.state.identity[field] = value
        kind = type(value)
        if kind is str and len(value) <= _SHORT and (line := _line(value)):
            return f"{head} {line}\n"
        if kind is int or kind is bool or value is None:
            return f"{head} {value if kind is int else _WORDS[value]}\n"
        written = _written(context, value, indent, behind)
        context.budget.spend(len(written))
        return head + written

    return write


def _written(context: WorkContext, value: Any, indent: int, behind: Callable[..., str]) -> str:
    """The text of a value; of one that the render has met before, the same text."""
    state = context.state
    if type(value) is Frozen:
        return behind(value.value, indent, state.shared.emit)
    if type(value) not in _CONTAINERS:
        return behind(plain(value, context.budget), indent)
    at = id(value), indent if behind is behind_key else -indent - 1
    kept = state.texts.get(at)
    if kept is None:
        kept = state.texts[at] = value, _first_written(context.budget, value, indent, behind)
    return kept[1]


def _first_written(budget: Budget, value: Any, indent: int, behind: Callable[..., str]) -> str:
    """The text of a map or list; the emitter sees for itself whether a given one is plain."""
    if id(value) in budget.given:
        try:
            return behind(value, indent)
        except (TypeError, ValueError):
            pass
    return behind(plain(value, budget), indent)


def key(context: Any, parts: tuple[Any, ...], lead: str) -> str:
    """The head of an entry whose key is made of expressions."""
    for part in parts:
        if part is OMIT:
            refuse(part, "cannot be a key")
    name = concat(context, parts)
    return lead + (_head if len(name) <= _SHORT else head_of)(name, len(lead))


def head_of(name: str, indent: int) -> str:
    """A key and its colon, without its indentation."""
    return emit({name: None}, indent)[indent : -len(" null\n")]


_head = lru_cache(maxsize=4096)(head_of)


class Once:
    """The heads that a map has written, none of them twice."""

    __slots__ = ("_heads",)

    def __init__(self) -> None:
        self._heads: set[str] = set()

    def add(self, head: str) -> None:
        name = head.strip().removeprefix("- ").strip()
        if name in self._heads:
            raise RefusedError(f"the key {name.removesuffix(':')} comes twice in one map")
        self._heads.add(name)


def once(_context: Any, head: str, heads: Once) -> str:
    heads.add(head)
    return head


def filled(_context: Any, body: str, head: str, empty: str) -> str:
    """A map or list behind its key, once it is known whether it has entries."""
    return f"{head}\n{body}" if body else f"{head} {empty}\n"


def item(_context: Any, body: str, head: str, empty: str) -> str:
    """A map or list behind a dash, once it is known whether it has entries."""
    return f"{head} {body[len(head) + 1 :]}" if body else f"{head} {empty}\n"


def document(context: Any, body: str, template: str, fixed: dict[str, Any]) -> Any:
    """The object that a document came out as, or nothing where it is empty."""
    found, context.state.identity = context.state.identity, {}
    if not body:
        return ""
    known = (_spread(found) if "" in found or "metadata" in found else found) | fixed
    api_version, kind, name = map(known.get, _NEEDED)
    if not api_version.__class__ is kind.__class__ is name.__class__ is str or not (
        api_version and kind and name
    ):
        _complain(known)
    namespace = text(known.get("metadata.namespace") or "")
    return Rendered(template, str(api_version), str(kind), namespace, str(name), body)


def _complain(known: dict[str, Any]) -> None:
    for field in _NEEDED:
        value = known.get(field)
        if not isinstance(value, str) or not value:
            raise RefusedError(f"the document has no {field}", "every document is one object")


def _spread(found: dict[str, Any]) -> dict[str, Any]:
    """The identity by field, also where an expression gave all of the metadata or the object."""
    whole = found.get("", {})
    spread = {name: whole.get(name) for name in ("apiVersion", "kind")} if whole else {}
    metadata = found.get("metadata", whole.get("metadata") if whole else None)
    if isinstance(metadata, Frozen):
        metadata = metadata.value
    if isinstance(metadata, dict):
        spread |= {f"metadata.{name}": metadata.get(name) for name in ("name", "namespace")}
    return spread | found


def root(context: Any, value: Any) -> str:
    """A document that is one expression."""
    if value is OMIT:
        return ""
    ready = value.value if isinstance(value, Frozen) else plain(value, context.budget)
    if not isinstance(ready, dict):
        refuse(ready, "is no document", "a document is a map")
    context.state.identity[""] = ready
    written = emit(ready) if ready else ""
    context.budget.spend(len(written))
    return written


def new_once(_context: Any, _nothing: None) -> Once:
    return Once()


HELPERS: dict[str, Callable[..., Any]] = {
    "put entry": leaf(behind_key),
    "put item": leaf(behind_dash),
    "put key": key,
    "put once": once,
    "put filled": filled,
    "put filled item": item,
    "put document": document,
    "put root": root,
    "put new once": new_once,
}
