"""The filters that templates may use. All are deterministic; all pay for their work.

Each takes the context first. What is not in `FILTERS` does not exist in a template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Undefined

from renderer.templating.faults import RefusedError, kind_of
from renderer.templating.list_filters import (
    backwards,
    batched,
    chosen,
    combine,
    dictsorted,
    first,
    grouped,
    items_of,
    joined,
    largest,
    last,
    length,
    listed,
    mapped,
    ordered,
    smallest,
    total,
    unique,
)
from renderer.templating.methods import STR_METHODS, replace
from renderer.templating.operators import number
from renderer.templating.text_filters import (
    as_json,
    as_yaml,
    base64,
    centered,
    indented,
    printf,
    string,
    truncated,
    urlencode,
)
from renderer.templating.values import text

_MAX_PRECISION = 15


def default(_context: Any, value: Any, instead: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002
    if isinstance(value, Undefined) or (boolean and not value):
        return instead
    return value


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


def _str_filter(name: str) -> Callable[..., Any]:
    method = STR_METHODS[name]
    return lambda context, value, *args: method(context, text(value), *args)


def _absolute(_context: Any, value: Any) -> Any:
    if not isinstance(value, (int, float)):
        raise RefusedError(f"{kind_of(value)} has no absolute value")
    return abs(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "b64encode": base64,
    "batch": batched,
    "capitalize": _str_filter("capitalize"),
    "center": centered,
    "combine": combine,
    "count": length,
    "d": default,
    "default": default,
    "dictsort": dictsorted,
    "first": first,
    "float": floating,
    "format": printf,
    "groupby": grouped,
    "indent": indented,
    "int": integer,
    "items": items_of,
    "join": joined,
    "last": last,
    "length": length,
    "list": listed,
    "lower": _str_filter("lower"),
    "map": mapped,
    "max": largest,
    "min": smallest,
    "reject": chosen(want=False, by_attribute=False),
    "rejectattr": chosen(want=False, by_attribute=True),
    "replace": replace,
    "reverse": backwards,
    "round": rounded,
    "select": chosen(want=True, by_attribute=False),
    "selectattr": chosen(want=True, by_attribute=True),
    "sort": ordered,
    "string": string,
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
