"""Two trees, field by field: what was added, removed, changed or put in another order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sync.diffs.text import step

# What tells the items of a list apart, the first that does.
IDENTITIES = ("mountPath", "containerPort", "name", "uid", "port", "key", "ip")
ALIGNED = 1000


class Op(StrEnum):
    """What became of a field."""

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Delta:
    """One difference and where it is; `before` or `after` is None where there was none."""

    op: Op
    path: str
    before: Any = None
    after: Any = None


def deltas(before: Any, after: Any, path: str = "") -> Iterator[Delta]:
    """None at all if, and only if, both are the same JSON."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif not _equal(before, after):
        yield Delta(Op.CHANGE, path or ".", before, after)


def _of_mappings(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Delta]:
    for key in sorted({*before, *after}):
        place = path + step(key)
        if key not in after:
            yield Delta(Op.REMOVE, place, before=before[key])
        elif key not in before:
            yield Delta(Op.ADD, place, after=after[key])
        else:
            yield from deltas(before[key], after[key], place)


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Delta]:
    identity = _identity(before, after)
    if identity is None:
        yield from _of_sequences(before, after, path)
        return
    old, new = ({item[identity]: item for item in items} for items in (before, after))
    for name in dict.fromkeys([*old, *new]):
        place = f"{path}[{identity}={json.dumps(name, ensure_ascii=False)}]"
        if name not in new:
            yield Delta(Op.REMOVE, place, before=old[name])
        elif name not in old:
            yield Delta(Op.ADD, place, after=new[name])
        else:
            yield from deltas(old[name], new[name], place)
    stayed = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    if stayed != moved:
        yield Delta(Op.ORDER, path, list(old), list(new))


def _of_sequences(before: list[Any], after: list[Any], path: str) -> Iterator[Delta]:
    for old, new in _aligned(before, after):
        if old is None and new is not None:
            yield Delta(Op.ADD, f"{path}[{new}]", after=after[new])
        elif new is None and old is not None:
            yield Delta(Op.REMOVE, f"{path}[{old}]", before=before[old])
        elif old is not None and new is not None:
            yield from deltas(before[old], after[new], f"{path}[{new}]")


def _aligned(before: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Which item has become which, by number."""
    if max(len(before), len(after)) > ALIGNED:
        yield from _pairs(range(len(before)), range(len(after)))
        return
    texts = [[_text(item) for item in items] for items in (before, after)]
    matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    for _, start, end, first, last in matcher.get_opcodes():
        yield from _pairs(range(start, end), range(first, last))


def _pairs(old: range, new: range) -> Iterator[tuple[int | None, int | None]]:
    for index in range(max(len(old), len(new))):
        yield (
            old[index] if index < len(old) else None,
            new[index] if index < len(new) else None,
        )


def _identity(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    return next((key for key in IDENTITIES if _tells(before, key) and _tells(after, key)), None)


def _tells(items: Sequence[Any], key: str) -> bool:
    if not all(isinstance(item, Mapping) and _is_name(item.get(key)) for item in items):
        return False
    return len({item[key] for item in items}) == len(items)


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _equal(before: Any, after: Any) -> bool:
    return isinstance(before, bool) == isinstance(after, bool) and bool(before == after)


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=dict)
