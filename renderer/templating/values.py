"""The values that templates take and give: plain JSON types, `omit`, and shared subtrees."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, NoReturn

from jinja2 import Undefined

from renderer.templating.faults import TOO_DEEP, RefusedError, kind_of
from renderer.templating.work import Budget

MAX_DEPTH = 100
_NODE = 8
_ATOMS = frozenset((str, int, bool, type(None)))


class Omit:
    """A value that drops the map entry or list item it stands in."""

    __slots__ = ()
    word = "omit"

    def __reduce__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()


class Frozen:
    """A value that nobody changes any more: its text is made once for all renders that use it."""

    __slots__ = ("value",)
    word = "a shared value"

    def __init__(self, value: Any) -> None:
        self.value: Any = value.value if isinstance(value, Frozen) else value


def plain(value: Any, budget: Budget, depth: int = 0) -> Any:
    """The value in plain JSON types, without the entries that were omitted."""
    if type(value) in _ATOMS:
        budget.spend(_NODE + len(value) if type(value) is str else _NODE)
        return value
    if depth > MAX_DEPTH:
        raise RefusedError(f"the value {TOO_DEEP}")
    budget.spend(_NODE)
    kind = type(value)
    if kind is dict or (kind is not list and isinstance(value, Mapping)):
        return {
            key if type(key) is str else _key(key): plain(child, budget, depth + 1)
            for key, child in value.items()
            if child is not OMIT
        }
    if kind is list or isinstance(value, (tuple, range)):
        return [plain(child, budget, depth + 1) for child in value if child is not OMIT]
    return _rare(value)


def _rare(value: Any) -> Any:
    if isinstance(value, Frozen):
        return value.value
    if isinstance(value, float) and isfinite(value):
        return value
    return refuse(value, "is no value for YAML")


def refuse(value: Any, why: str, hint: str = "") -> NoReturn:
    """An undefined value says what is missing; any other that it does not fit."""
    fail_if_undefined(value)
    if isinstance(value, float) and not isfinite(value):
        raise RefusedError("the number is too large", hint)
    raise RefusedError(f"{kind_of(value)} {why}", hint)


def fail_if_undefined(value: Any) -> None:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001  (how Jinja lets it fail)


def _key(key: Any) -> str:
    if type(key) is not str:
        refuse(key, "cannot be a key of a map", "keys are strings")
    return key


def text(value: Any) -> str:
    """A scalar as it reads inside a longer string."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float and isfinite(value):
        return repr(value)
    if isinstance(value, str):
        return str(value)
    refuse(
        value,
        "cannot stand inside a longer string",
        "" if value is OMIT else "use default, join, tojson or toyaml",
    )


def size(value: Any) -> int:
    """How long a value is, without looking into it."""
    if isinstance(value, (str, list, tuple, dict, range)):
        return len(value)
    return 1
