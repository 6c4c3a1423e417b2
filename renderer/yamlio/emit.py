"""Writes plain values as strict block YAML, which every reader reads back as the same values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import isfinite
from types import NoneType
from typing import Any, TypeAlias

from renderer.yamlio.strings import block, inline, quoted

_Put: TypeAlias = Callable[[str], object]

# Parsers look no further than 1,024 characters for the colon of a key without `?`.
_LONG_KEY = 1_000
_INTEGER_END = 1 << 63


def emit(value: Any, indent: int = 0) -> str:
    """The value as whole lines, each of them behind `indent` spaces, in the order given.

    TypeError or ValueError says what YAML, or JSON behind it, cannot hold.
    """
    lines: list[str] = []
    pad = " " * indent
    try:
        _write(lines.append, value, pad)
    except RecursionError:
        raise ValueError("the value is nested too deeply, or holds itself") from None
    return "".join(lines)


def emit_documents(values: Iterable[Any]) -> str:
    """The values as one stream, with --- between them."""
    return "---\n".join(map(emit, values))


def _write(put: _Put, value: Any, pad: str) -> None:
    kind = value.__class__
    if kind is str:
        put(f"{pad}{inline(value) or block(value, pad + '  ')}\n")
    elif kind is dict and value:
        _mapping(put, value, pad, pad)
    elif kind is list and value:
        _sequence(put, value, pad, pad)
    elif kind in _FLOW:
        put(f"{pad}{_FLOW[kind](value)}\n")
    else:
        _write(put, _exact(value), pad)


def _mapping(put: _Put, mapping: dict[Any, Any], pad: str, lead: str) -> None:
    """Every entry on lines behind `pad`, but for the first, which stands behind `lead`."""
    deeper = pad + "  "
    for key, value in mapping.items():
        name = _key(key)
        if name[0] == "?":
            name = f"{name}\n{pad}:"
        kind = value.__class__
        if kind is str:
            put(f"{lead}{name} {inline(value) or block(value, deeper)}\n")
        elif kind is dict and value:
            put(f"{lead}{name}\n")
            _mapping(put, value, deeper, deeper)
        elif kind is list and value:
            put(f"{lead}{name}\n")
            _sequence(put, value, pad, pad)
        elif kind in _FLOW:
            put(f"{lead}{name} {_FLOW[kind](value)}\n")
        else:
            _mapping(put, {key: _exact(value)}, pad, lead)
        lead = pad


def _sequence(put: _Put, sequence: list[Any], pad: str, lead: str) -> None:
    """Every item on lines behind `pad`, but for the first, which stands behind `lead`."""
    deeper = pad + "  "
    for value in sequence:
        kind = value.__class__
        if kind is str:
            put(f"{lead}- {inline(value) or block(value, deeper)}\n")
        elif kind is dict and value:
            _mapping(put, value, deeper, lead + "- ")
        elif kind is list and value:
            _sequence(put, value, deeper, lead + "- ")
        elif kind in _FLOW:
            put(f"{lead}- {_FLOW[kind](value)}\n")
        else:
            _sequence(put, [_exact(value)], pad, lead)
        lead = pad


@lru_cache(maxsize=4096)
def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be a string, not {type(key).__name__}")
    text = str.__str__(key)
    name = inline(text) or quoted(text)
    return f"{name}:" if len(name) < _LONG_KEY else f"? {name}"


def _exact(value: object) -> Any:
    """The value in the one class that the writers know for its kind."""
    match value:
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case Mapping():
            return dict(value)
        case list() | tuple():
            return list(value)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be written as YAML")


def _integer(value: int) -> str:
    if not -_INTEGER_END <= value < _INTEGER_END:
        raise ValueError("an integer of more than 64 bits is no integer to kubectl")
    return str(value)


def _float(value: float) -> str:
    """The shortest form, with the point and the sign that YAML 1.1 wants of an exponent."""
    if not isfinite(value):
        raise ValueError("JSON has no infinity and no NaN")
    text = repr(value)
    return text if "." in text else text.replace("e", ".0e")


_FLOW: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    NoneType: lambda _: "null",
    int: _integer,
    float: _float,
    dict: lambda _: "{}",
    list: lambda _: "[]",
}
