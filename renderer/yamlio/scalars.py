"""What an unquoted or tagged scalar means: what kubectl takes it for, and nothing else."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isinf
from typing import TypeAlias

Scalar: TypeAlias = "str | int | float | bool | None"

TAG_PREFIX = "tag:yaml.org,2002:"
MAX_NUMBER_LENGTH = 1_000
_CACHED_LENGTH = 64

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_MAYBE_NOT_STRING = _NUMBER_STARTS | frozenset(word[0] for word in _WORDS if word)

# Each group but the first holds the digits of the base at its place in _BASES.
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (0, 0, 16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FLOAT_FROM_POINT = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_NOT_IN_JSON = re.compile(r"[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_SIGNED_END, _UNSIGNED_END = 1 << 63, 1 << 64


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; ValueError in words where JSON has no such value."""
    if text and text[0] not in _MAYBE_NOT_STRING:
        return text
    return _plain_cached(text) if len(text) <= _CACHED_LENGTH else _plain(text)


def key(text: str) -> str:
    """The string that an unquoted mapping key stands for; ValueError in words where none does."""
    return _key_cached(text) if len(text) <= _CACHED_LENGTH else _key(text)


def as_key(value: object) -> str:
    """The string that kubectl makes of a key; it has none for some, and rounds floats."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if value < _SIGNED_END:
            return str(value)
        case None:
            raise ValueError("null cannot be a key")
        case int() | float():
            raise ValueError("a number like this cannot be a key")
        case _:
            raise ValueError("a mapping or a list cannot be a key")


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag; ValueError in words where it has none."""
    name = tag.removeprefix(TAG_PREFIX)
    if tag == "!" or name == "str":
        return text
    if name == "binary":
        return _binary(text)
    if name not in {"null", "bool", "int", "float"}:
        raise ValueError(f"unknown tag {shown_tag(tag)}")
    value = _resolve(text)
    match name, value:
        case ("null", None) | ("bool", bool()) | ("float", float()):
            return _as_json(value)
        case ("int" | "float", int()) if not isinstance(value, bool):
            return _as_json(value)
        case _:
            raise ValueError(f"the value is no {shown_tag(tag)}")


def shown_tag(tag: str) -> str:
    """The tag as people write it, cut to a length that fits a message."""
    short = "!!" + tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else tag
    return ascii(short[:40])[1:-1]


def _plain(text: str) -> Scalar:
    return _as_json(_resolve(text))


def _key(text: str) -> str:
    return as_key(_resolve(text))


_plain_cached = lru_cache(maxsize=4096)(_plain)
_key_cached = lru_cache(maxsize=4096)(_key)


def _as_json(value: Scalar) -> Scalar:
    """As kubectl's JSON has it: whole numbers of 64 bits are integers, all others floats."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _SIGNED_END:
        whole = _shortest_digits(value)
        return whole if -_SIGNED_END <= whole < _SIGNED_END else value
    if isinstance(value, int) and value >= _SIGNED_END:
        return float(value)
    return value


def _shortest_digits(value: float) -> int:
    """The whole number that JSON shows: the shortest digits that tell the float, then zeros."""
    digits, _, exponent = repr(value).partition("e")
    whole, _, fraction = digits.partition(".")
    return int(whole + fraction.ljust(int(exponent), "0")) if exponent else int(value)


def _resolve(text: str) -> Scalar:
    """The value before JSON: floats stay floats, and integers may be unsigned."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _NOT_IN_JSON.fullmatch(text):
        raise ValueError("JSON has no infinity and no NaN")
    if text[0] == ".":
        return _float(text) if _FLOAT_FROM_POINT.fullmatch(text) else text
    return _number(text)


def _number(text: str) -> Scalar:
    digits = text.replace("_", "")
    found = _INTEGER.fullmatch(digits)
    if found and found.lastindex:
        _check_length(text)
        value = int(found[1] + found[found.lastindex], _BASES[found.lastindex])
        if -_SIGNED_END <= value < (_SIGNED_END if found[1] else _UNSIGNED_END):
            return value
    return _float(text) if _FLOAT.fullmatch(digits) else text


def _float(text: str) -> float | str:
    """The float; a number too large for one is a string, such as the commit hash 12e3456."""
    _check_length(text)
    value = float(text.replace("_", ""))
    return text if isinf(value) else value


def _check_length(text: str) -> None:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number of more than {MAX_NUMBER_LENGTH} digits")


def _binary(text: str) -> str:
    import binascii

    packed = text.replace("\n", "").replace("\r", "")
    try:
        return binascii.a2b_base64(packed, strict_mode=True).decode()
    except ValueError:
        raise ValueError("the value is no base64 of UTF-8 text") from None
