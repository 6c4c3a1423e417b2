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
_SHORT = 64  # such strings are no dearer than their node
_ATOMS = frozenset((str, int, bool, type(None)))
_CONTAINERS = frozenset((dict, list))
_SEQUENCES = frozenset((list, tuple, range))
_STRINGS = frozenset((str,))
_UNKNOWN = -1


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


def given(variables: Mapping[str, Any]) -> dict[int, int]:
    """The containers near the top of some variables, by identity; what they weigh is not known yet.

    No template changes them, so that they need not be copied where they are used.
    """
    found: dict[int, int] = {}
    for value in variables.values():
        if type(value) in _CONTAINERS:
            found[id(value)] = _UNKNOWN
            for child in value.values() if type(value) is dict else value:
                if type(child) in _CONTAINERS:
                    found[id(child)] = _UNKNOWN
    return found


def plain(value: Any, budget: Budget, depth: int = 0) -> Any:
    """The value in plain JSON types, without the entries that were omitted."""
    kind = type(value)
    if kind in _ATOMS:
        budget.spend(_NODE + len(value) if kind is str else _NODE)
        return value
    if depth > MAX_DEPTH:
        raise RefusedError(f"the value {TOO_DEEP}")
    if id(value) in budget.given and _is_paid(value, budget):
        return value
    if kind is dict or (kind not in _SEQUENCES and isinstance(value, Mapping)):
        budget.spend(_NODE * (1 + len(value)))
        return {
            key if type(key) is str else _key(key): child
            if type(child) is str and len(child) <= _SHORT
            else plain(child, budget, depth + 1)
            for key, child in value.items()
            if child is not OMIT
        }
    if isinstance(value, (list, tuple, range)):
        budget.spend(_NODE * (1 + len(value)))
        return [
            child
            if type(child) is str and len(child) <= _SHORT
            else plain(child, budget, depth + 1)
            for child in value
            if child is not OMIT
        ]
    return _rare(value)


def _is_paid(value: Any, budget: Budget) -> bool:
    """Pay for a value that the render was given, as for a copy; False where it is not plain."""
    weight = budget.given[id(value)]
    if weight == _UNKNOWN:
        weight = budget.given[id(value)] = _weight(value)
    budget.spend(weight)
    return weight > 0


def _weight(value: Any, depth: int = 0) -> int:
    """What a copy of a map or a list costs; 0 where it is not plain already."""
    kind = value.__class__
    if depth > MAX_DEPTH or (kind is dict and not _STRINGS.issuperset(map(type, value))):
        return 0
    weight = _NODE * (1 + len(value))
    for child in value.values() if kind is dict else value:
        kind = child.__class__
        if kind is str:
            weight += _NODE + len(child) if len(child) > _SHORT else 0
        elif kind in _CONTAINERS:
            below = _weight(child, depth + 1)
            if not below:
                return 0
            weight += below
        elif kind in _ATOMS or (kind is float and isfinite(child)):
            weight += _NODE
        else:
            return 0
    return weight


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
