"""The filters that templates may use. All are deterministic; all pay for their work.

Each takes the context first. What is not in `FILTERS` does not exist in a template.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Undefined

from renderer.templating.faults import RefusedError, kind_of
from renderer.templating.methods import STR_METHODS, join, replace
from renderer.templating.operators import formatted, number
from renderer.templating.values import fail_if_undefined, plain, refuse, size, text

MAX_INDENT = 64
_MAX_PRECISION = 15


def default(_context: Any, value: Any, instead: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002
    if isinstance(value, Undefined) or (boolean and not value):
        return instead
    return value


def first(context: Any, values: Any) -> Any:
    return (
        _listed(values)[0] if size(values) else context.environment.undefined("the list is empty")
    )


def last(context: Any, values: Any) -> Any:
    return (
        _listed(values)[-1] if size(values) else context.environment.undefined("the list is empty")
    )


def integer(_context: Any, value: Any, instead: int = 0, base: int = 10) -> Any:
    try:
        return number(int(value, base) if isinstance(value, str) else int(value))
    except (TypeError, ValueError, OverflowError):
        return instead


def floating(_context: Any, value: Any, instead: float = 0.0) -> Any:
    try:
        return number(float(value))
    except (TypeError, ValueError, OverflowError, RefusedError):
        return instead


def rounded(_context: Any, value: Any, precision: int = 0, method: str = "common") -> Any:
    if not 0 <= precision <= _MAX_PRECISION or method not in {"common", "ceil", "floor"}:
        raise ValueError
    if method == "common":
        return round(value, precision)
    import math

    scale = 10**precision
    return (math.ceil if method == "ceil" else math.floor)(value * scale) / scale


def indented(
    context: Any, value: Any, width: int = 4, first: bool = False, blank: bool = False
) -> str:
    if not 0 <= width <= MAX_INDENT:
        raise ValueError
    lines = text(value).split("\n")
    context.budget.spend((width + 8) * len(lines))
    pad = " " * width
    return "\n".join(
        pad + line if (line or blank) and (first or place) else line
        for place, line in enumerate(lines)
    )


def centered(context: Any, value: Any, width: int = 80) -> str:
    context.budget.spend(max(0, width))
    return text(value).center(width)


def truncated(_context: Any, value: Any, length: int = 255, end: str = "...") -> str:
    whole = text(value)
    if length < len(end):
        raise ValueError
    return whole if len(whole) <= length else whole[: length - len(end)] + end


def as_json(context: Any, value: Any, indent: int | None = None) -> str:
    ready = plain(value, context.budget)
    if indent is not None:
        if not 0 <= indent <= MAX_INDENT:
            raise ValueError
        context.budget.spend(_pretty_cost(ready, indent))
    return json.dumps(ready, indent=indent, ensure_ascii=False)


def as_yaml(context: Any, value: Any) -> str:
    from renderer.yamlio import emit

    ready = plain(value, context.budget)
    context.budget.spend(_pretty_cost(ready, 2))
    return emit(ready)


def _pretty_cost(value: Any, indent: int, depth: int = 1) -> int:
    """At most what the indentation of a pretty form adds."""
    children = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return 0
    lines = (len(value) + 1) * (indent * depth + 1)
    return lines + sum(_pretty_cost(child, indent, depth + 1) for child in children)


def base64(context: Any, value: Any) -> str:
    import binascii

    data = text(value).encode()
    context.budget.spend(len(data))
    return binascii.b2a_base64(data, newline=False).decode()


def urlencode(context: Any, value: Any) -> str:
    from urllib.parse import quote

    whole = text(value)
    context.budget.spend(12 * len(whole))
    return quote(whole, safe="/")


def combine(context: Any, value: Any, *others: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in (value, *others):
        if not isinstance(part, Mapping):
            refuse(part, "cannot be combined", "combine takes maps")
        context.budget.spend(len(part))
        merged.update(part)
    return merged


def listed(context: Any, values: Any) -> list[Any]:
    context.budget.spend(8 * size(values))
    return list(values) if isinstance(values, str) else list(_listed(values))


def ordered(
    context: Any,
    values: Any,
    reverse: bool = False,  # noqa: FBT001, FBT002
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    attribute: str | None = None,
) -> list[Any]:
    key = _by(context, attribute, folded=not case_sensitive)
    return sorted(_weighed(context, values), key=key, reverse=reverse)


def dictsorted(
    context: Any,
    value: Any,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    by: str = "key",
    reverse: bool = False,  # noqa: FBT001, FBT002
) -> list[Any]:
    if not isinstance(value, Mapping):
        refuse(value, "is not a map")
    plain(value, context.budget)
    place = {"key": 0, "value": 1}[by]
    fold = _by(context, None, folded=not case_sensitive)
    return sorted(value.items(), key=lambda item: fold(item[place]), reverse=reverse)


def unique(
    context: Any,
    values: Any,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002
    attribute: str | None = None,
) -> list[Any]:
    key = _by(context, attribute, folded=not case_sensitive)
    found: dict[Any, Any] = {}
    for value in _weighed(context, values):
        found.setdefault(key(value), value)
    return list(found.values())


def grouped(context: Any, values: Any, attribute: str) -> list[tuple[Any, list[Any]]]:
    key = _by(context, attribute)
    groups: dict[Any, list[Any]] = {}
    for value in _weighed(context, values):
        groups.setdefault(key(value), []).append(value)
    return sorted(groups.items(), key=lambda group: group[0])


def smallest(context: Any, values: Any, attribute: str | None = None) -> Any:
    return min(_weighed(context, values), key=_by(context, attribute))


def largest(context: Any, values: Any, attribute: str | None = None) -> Any:
    return max(_weighed(context, values), key=_by(context, attribute))


def total(context: Any, values: Any, attribute: str | None = None, start: int = 0) -> Any:
    key = _by(context, attribute)
    numbers = [number(key(value)) for value in _weighed(context, values)]
    return number(sum(numbers, number(start)))


def batched(context: Any, values: Any, count: int, fill: Any = None) -> list[list[Any]]:
    items = _weighed(context, values)
    context.budget.spend(max(0, count))
    rows = [items[at : at + count] for at in range(0, len(items), count)]
    if fill is not None and rows:
        rows[-1] += [fill] * (count - len(rows[-1]))
    return rows


def mapped(context: Any, values: Any, name: str = "", *args: Any, **kwargs: Any) -> list[Any]:
    if "attribute" in kwargs:
        key = _by(context, kwargs["attribute"], instead=kwargs.get("default"))
        return [key(value) for value in _weighed(context, values)]
    if name not in FILTERS:
        raise RefusedError(f'there is no filter "{name}"')
    call = FILTERS[name]
    return [call(context, value, *args, **kwargs) for value in _weighed(context, values)]


def chosen(want: bool, by_attribute: bool) -> Callable[..., list[Any]]:  # noqa: FBT001
    def run(context: Any, values: Any, *args: Any) -> list[Any]:
        attribute, args = (args[0], args[1:]) if by_attribute else (None, args)
        key, passes = _by(context, attribute), _test(context, args)
        return [item for item in _weighed(context, values) if passes(key(item)) is want]

    return run


def _test(context: Any, args: tuple[Any, ...]) -> Callable[[Any], bool]:
    if not args:
        return bool
    from renderer.templating.predicates import TESTS

    name, *rest = args
    if name not in TESTS:
        raise RefusedError(f'there is no test "{name}"')
    return lambda value: bool(TESTS[name](context, value, *rest))


def _by(
    context: Any, attribute: Any, *, folded: bool = False, instead: Any = None
) -> Callable[[Any], Any]:
    """The key that a filter goes by: an attribute such as `a.b`, or the value itself."""
    steps = [] if attribute is None else str(attribute).split(".")
    getitem = context.environment.getitem

    def key(value: Any) -> Any:
        for step in steps:
            value = getitem(value, int(step) if step.isdigit() else step)
            if isinstance(value, Undefined) and instead is not None:
                return instead
        if steps:
            fail_if_undefined(value)
        return value.lower() if folded and isinstance(value, str) else value

    return key


def _listed(values: Any) -> Any:
    if isinstance(values, Mapping):
        return list(values)
    if not isinstance(values, (list, tuple, range, str)):
        refuse(values, "is not a list")
    return values


def _weighed(context: Any, values: Any) -> list[Any]:
    """The items of a list, paid for as deep as they go, and for being sorted."""
    before = context.budget.left
    items = list(_listed(values)) if size(values) <= before else []
    plain(values if isinstance(values, range) else items, context.budget)
    context.budget.spend(4 * (before - context.budget.left))
    return items


def _str_filter(name: str) -> Callable[..., Any]:
    method = STR_METHODS[name]
    return lambda context, value, *args: method(context, text(value), *args)


def _length(_context: Any, value: Any) -> int:
    if not isinstance(value, (str, list, tuple, range, Mapping)):
        refuse(value, "has no length")
    return len(value)


def _items(context: Any, value: Any) -> list[Any]:
    if not isinstance(value, Mapping):
        refuse(value, "is not a map")
    context.budget.spend(len(value))
    return list(value.items())


def _reversed(context: Any, value: Any) -> Any:
    context.budget.spend(size(value))
    return _listed(value)[::-1] if isinstance(value, str) else list(reversed(_listed(value)))


def _joined(context: Any, values: Any, separator: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = mapped(context, values, attribute=attribute)
    return join(context, values, separator)


def _absolute(_context: Any, value: Any) -> Any:
    if not isinstance(value, (int, float)):
        raise RefusedError(f"{kind_of(value)} has no absolute value")
    return abs(value)


def _format(context: Any, value: Any, *args: Any, **kwargs: Any) -> str:
    return formatted(context, text(value), kwargs or args)


def _text(_context: Any, value: Any) -> str:
    return text(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "b64encode": base64,
    "batch": batched,
    "capitalize": _str_filter("capitalize"),
    "center": centered,
    "combine": combine,
    "count": _length,
    "d": default,
    "default": default,
    "dictsort": dictsorted,
    "first": first,
    "float": floating,
    "format": _format,
    "groupby": grouped,
    "indent": indented,
    "int": integer,
    "items": _items,
    "join": _joined,
    "last": last,
    "length": _length,
    "list": listed,
    "lower": _str_filter("lower"),
    "map": mapped,
    "max": largest,
    "min": smallest,
    "reject": chosen(want=False, by_attribute=False),
    "rejectattr": chosen(want=False, by_attribute=True),
    "replace": replace,
    "reverse": _reversed,
    "round": rounded,
    "select": chosen(want=True, by_attribute=False),
    "selectattr": chosen(want=True, by_attribute=True),
    "sort": ordered,
    "string": _text,
    "sum": total,
    "title": _str_filter("title"),
    "tojson": as_json,
    "toyaml": as_yaml,
    "trim": _str_filter("strip"),
    "truncate": truncated,
    "unique": unique,
    "upper": _str_filter("upper"),
    "urlencode": urlencode,
}


def names_of(table: Iterable[str]) -> list[str]:
    return sorted(table)
