"""Values as text on one line or a few, with nothing in it that takes over a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sync.counts import counted

LIMIT = 120
LEAD = 20
DEPTH = 24
PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
PLAIN_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def printable(text: object) -> str:
    """The text on one line; characters that nobody sees are spelled."""
    spelled = str(text)
    if spelled.isprintable():
        return spelled
    return "".join(each if each.isprintable() else _spelled(each) for each in spelled)


def inline(value: Any) -> str:
    """A value on one line, cut where it is long."""
    if isinstance(value, str):
        text = printable(_json(value[: LIMIT + 1]))
        return _cut(text) if len(value) > LIMIT else text
    return _cut(printable(str(value) if _is_stranger(value) else _json(value)))


def versions(before: Any, after: Any) -> tuple[str, str]:
    """Both values on one line each; long texts from where they begin to differ."""
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > LIMIT:
        start = max(0, _shared(before, after) - LEAD)
        lead = "…" if start else ""
        return lead + inline(before[start:]), lead + inline(after[start:])
    return inline(before), inline(after)


def step(key: str) -> str:
    """A field's name as part of a path."""
    return f".{key}" if PLAIN_STEP.fullmatch(key) else f"[{_json(key)}]"


def outline(value: Any, lines: int) -> list[str]:
    """A tree as lines that look like YAML, the first few of them."""
    found: list[str] = []
    more = 0
    for line in _lines(value, 0):
        if len(found) < lines:
            found.append(line)
        else:
            more += 1
    return [*found, f"… {counted(more, 'more line')}"] if more else found


def is_branch(value: Any) -> bool:
    return isinstance(value, Mapping | list) and bool(value)


def _lines(value: Any, depth: int) -> Iterator[str]:
    if depth > DEPTH:
        yield "…"
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _headed(f"{_key(key)}:", child, depth)
    else:
        for child in value:
            yield from _dashed(child, depth)


def _headed(head: str, child: Any, depth: int) -> Iterator[str]:
    if not is_branch(child):
        yield f"{head} {inline(child)}"
        return
    yield head
    for line in _lines(child, depth + 1):
        yield f"  {line}"


def _dashed(child: Any, depth: int) -> Iterator[str]:
    if not is_branch(child):
        yield f"- {inline(child)}"
        return
    for index, line in enumerate(_lines(child, depth + 1)):
        yield f"  {line}" if index else f"- {line}"


def _key(key: str) -> str:
    return key if PLAIN_KEY.fullmatch(key) else printable(_json(key))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _is_stranger(value: Any) -> bool:
    """Whether JSON does not know the value: what is hidden says so itself."""
    return not isinstance(value, Mapping | list | str | int | float | None)


def _cut(text: str) -> str:
    return f"{text[:LIMIT]}…" if len(text) > LIMIT else text


def _shared(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode()
