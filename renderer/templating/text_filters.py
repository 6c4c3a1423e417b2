"""The filters that make text."""

from __future__ import annotations

import json
from typing import Any

from renderer.templating.operators import formatted
from renderer.templating.values import plain, text

MAX_INDENT = 64


def indented(
    context: Any,
    value: Any,
    width: int = 4,
    first: bool = False,  # noqa: FBT001, FBT002  (as Jinja has it)
    blank: bool = False,  # noqa: FBT001, FBT002  (as Jinja has it)
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


def printf(context: Any, value: Any, *args: Any, **kwargs: Any) -> str:
    return formatted(context, text(value), kwargs or args)


def string(_context: Any, value: Any) -> str:
    return text(value)
