"""The tests (`x is ...`) that templates may use. What is not in `TESTS` does not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined

from renderer.templating.operators import compare
from renderer.templating.values import OMIT, fail_if_undefined, text


def _typed(*types: type) -> Callable[..., bool]:
    def test(_context: Any, value: Any) -> bool:
        fail_if_undefined(value)
        return isinstance(value, types) and (bool in types or not isinstance(value, bool))

    return test


def _compared(sign: str) -> Callable[..., bool]:
    return lambda context, left, right: compare(context, left, sign, right)


def _exactly(wanted: Any) -> Callable[..., bool]:
    def test(_context: Any, value: Any) -> bool:
        fail_if_undefined(value)
        return value is wanted

    return test


def _divisible(_context: Any, value: Any, by: int) -> bool:
    return bool(value % by == 0)


def _text_test(test: Callable[[str], bool]) -> Callable[..., bool]:
    def run(context: Any, value: Any) -> bool:
        whole = text(value)
        context.budget.spend(len(whole))
        return test(whole)

    return run


TESTS: dict[str, Callable[..., bool]] = {
    "boolean": _typed(bool),
    "defined": lambda _context, value: not isinstance(value, Undefined),
    "divisibleby": _divisible,
    "eq": _compared("eq"),
    "equalto": _compared("eq"),
    "even": lambda context, value: _divisible(context, value, 2),
    "false": _exactly(wanted=False),
    "float": _typed(float),
    "ge": _compared("gteq"),
    "greaterthan": _compared("gt"),
    "gt": _compared("gt"),
    "in": _compared("in"),
    "integer": _typed(int),
    "iterable": _typed(str, list, tuple, range, Mapping),
    "le": _compared("lteq"),
    "lessthan": _compared("lt"),
    "lower": _text_test(str.islower),
    "lt": _compared("lt"),
    "mapping": _typed(Mapping),
    "ne": _compared("ne"),
    "none": _exactly(None),
    "number": _typed(int, float),
    "odd": lambda context, value: not _divisible(context, value, 2),
    "omitted": lambda _context, value: value is OMIT,
    "sequence": _typed(str, list, tuple, range),
    "string": _typed(str),
    "true": _exactly(wanted=True),
    "undefined": lambda _context, value: isinstance(value, Undefined),
    "upper": _text_test(str.isupper),
}
