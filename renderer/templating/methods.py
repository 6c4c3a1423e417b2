"""What can be called in a template: methods of strings and maps, and a few functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2.utils import Namespace

from renderer.templating.faults import RefusedError
from renderer.templating.operators import concat, search_cost
from renderer.templating.values import OMIT, plain, refuse, size, text

MAX_RANGE = 100_000


class Function:
    """The only kind of function that the sandbox calls, beside macros."""

    __slots__ = ("function", "name", "receiver")
    word = "a function"

    def __init__(self, name: str, function: Callable[..., Any], *receiver: Any) -> None:
        self.name = name
        self.function = function
        self.receiver = receiver

    def call(self, context: Any, /, *args: Any, **kwargs: Any) -> Any:
        return called(self.name, self.function, (context, *self.receiver, *args), kwargs)


def called(name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """The result of a function, or words for arguments that do not fit."""
    try:
        return function(*args, **kwargs)
    except (TypeError, ValueError, OverflowError):
        raise RefusedError(f"{name}() does not fit its arguments") from None


def replace(context: Any, value: str, old: str, new: str, count: int = -1) -> str:
    value, old, new = text(value), text(old), text(new)
    context.budget.spend(len(value))
    search_cost(context, len(value), len(old))
    found = value.count(old) if count < 0 else min(count, value.count(old))
    context.budget.spend(found * len(new))
    return value.replace(old, new, count)


def join(context: Any, values: Any, separator: str = "") -> str:
    if not isinstance(values, (list, tuple, range, Mapping)):
        refuse(values, "cannot be joined", "join takes a list")
    context.budget.spend(size(values) * (1 + len(separator)))
    if not separator:
        return concat(context, tuple(values))
    texts = [text(value) for value in values]
    context.budget.spend(sum(map(len, texts)))
    return separator.join(texts)


# Those whose time may grow with the text times what is sought in it.
_SEARCHES = frozenset((
    *("strip", "lstrip", "rstrip", "split", "rsplit", "partition", "rpartition"),
    *("find", "rfind", "count"),
))


def _of_str(name: str) -> Callable[..., Any]:
    method = getattr(str, name)
    searches = name in _SEARCHES

    def run(context: Any, value: str, *args: Any) -> Any:
        given = sum(map(size, args)) if args else 0
        context.budget.spend(len(value) + given)
        if searches:
            search_cost(context, len(value), given)
        result = method(value, *args)
        if isinstance(result, list):
            context.budget.spend(8 * len(result))
        return result

    return run


_PLAIN_STR_METHODS = (
    *("capitalize", "lower", "title", "upper", "swapcase", "casefold"),
    *("strip", "lstrip", "rstrip", "removeprefix", "removesuffix"),
    *("split", "rsplit", "splitlines", "partition", "rpartition", "find", "rfind", "count"),
    *("startswith", "endswith", "isalnum", "isalpha", "isdigit", "islower", "isupper"),
)
STR_METHODS: dict[str, Callable[..., Any]] = {
    **{name: _of_str(name) for name in _PLAIN_STR_METHODS},
    "replace": replace,
    "join": lambda context, value, values: join(context, values, value),
}


def _listed(context: Any, values: Any) -> list[Any]:
    context.budget.spend(len(values))
    return list(values)


MAP_METHODS: dict[str, Callable[..., Any]] = {
    "get": lambda _context, value, key, default=None: value.get(key, default),
    "items": lambda context, value: _listed(context, value.items()),
    "keys": lambda context, value: _listed(context, value.keys()),
    "values": lambda context, value: _listed(context, value.values()),
}


METHODS: dict[type, dict[str, Callable[..., Any]]] = {dict: MAP_METHODS, str: STR_METHODS}


def _range(_context: Any, *bounds: int) -> range:
    numbers = range(*bounds)
    if max(map(abs, bounds)) > 2**62 or len(numbers) > MAX_RANGE:
        raise RefusedError(f"a range of more than {MAX_RANGE} numbers")
    return numbers


def _dict(context: Any, values: Any = (), /, **entries: Any) -> Any:
    return plain({**dict(values), **entries}, context.budget)


def _namespace(_context: Any, /, **entries: Any) -> Namespace:
    return Namespace(**entries)


GLOBALS: dict[str, Any] = {
    "range": Function("range", _range),
    "dict": Function("dict", _dict),
    "namespace": Function("namespace", _namespace),
    "omit": OMIT,
}
