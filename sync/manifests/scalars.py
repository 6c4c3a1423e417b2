"""What an unquoted scalar means, where all readers of YAML agree; ValueError where they do not."""

from __future__ import annotations

import re
from math import isfinite
from typing import TypeAlias

Scalar: TypeAlias = "str | int | float | bool | None"

_AMBIGUOUS = "readers of YAML differ in what this unquoted value is: quote it"
_NOT_IN_JSON = "JSON has no infinity and no NaN: quote the value if it is a text"
_TOO_LARGE = "the number is too large for 64 bits: quote the value if it is a text"

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
# YAML 1.1 takes them for booleans, for the default value and for a merge; YAML 1.2 for texts.
_YES_OR_NO = ("y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO")
_ON_OR_OFF = ("on", "On", "ON", "off", "Off", "OFF")
_AMBIGUOUS_WORDS = frozenset((*_YES_OR_NO, *_ON_OR_OFF, "=", "<<"))
_NUMBER_STARTS = frozenset("+-.0123456789")
_STARTS = _NUMBER_STARTS | {word[0] for word in (*_WORDS, *_AMBIGUOUS_WORDS) if word}

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Numbers and times of any YAML, of PyYAML and of Go's parser; those above are found first.
_NUMBER_TO_SOME = re.compile(
    r"""[-+]?(?:
        [0-9_,]+
      | 0[xX][0-9a-fA-F_]* | 0[oO][0-7_]* | 0[bB][01_]*
      | [0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9_]*)?
      | [0-9_]+[eE][-+]?[0-9_]+
      | [0-9_]+(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    )""",
    re.VERBOSE,
)
_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?", re.DOTALL)

_END = 1 << 63
_EXACT_END = 1 << 53
_LONGEST_NUMBER = 400


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar."""
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text in _AMBIGUOUS_WORDS:
        raise ValueError(_AMBIGUOUS)
    return _number_or_text(text) if text[0] in _NUMBER_STARTS else text


def _number_or_text(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _INFINITE.fullmatch(text):
        raise ValueError(_NOT_IN_JSON)
    if _NUMBER_TO_SOME.fullmatch(text) or _TIME.fullmatch(text):
        raise ValueError(_AMBIGUOUS)
    return text


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER or not -_END <= (value := int(text)) < _END:
        raise ValueError(_TOO_LARGE)
    return value


def _float(text: str) -> int | float:
    """As kubectl's JSON has it: `1.0` is sent as 1, which an integer field takes."""
    if len(text) > _LONGEST_NUMBER or not isfinite(value := float(text)):
        raise ValueError(_TOO_LARGE)
    return int(value) if value.is_integer() and abs(value) < _EXACT_END else value
