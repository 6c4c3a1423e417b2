"""A change of one object as signed lines, which a terminal and a pull request then dress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.diffs.change import Action, Change
from sync.diffs.deltas import Delta, Op, deltas
from sync.diffs.masks import Hidden, shown
from sync.diffs.text import inline, is_branch, outline, printable, versions

LINES_OF_AN_OBJECT = 24
LINES_OF_A_FIELD = 12
NAMED = frozenset({"apiVersion", "kind"})
NAMED_METADATA = frozenset({"name", "namespace"})
ONLY_OWNERSHIP = "no value differs, only who owns the fields"


class Sign(StrEnum):
    """What a line says of its text."""

    ADD = "+"
    REMOVE = "-"
    CHANGE = "~"
    NOTE = "!"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without controls. One that has two versions of a value has them apart, too."""

    sign: Sign
    text: str
    old: str = ""
    new: str = ""


SIGN_OF_ACTION = {
    Action.CREATE: Sign.ADD,
    Action.UPDATE: Sign.CHANGE,
    Action.ADOPT: Sign.CHANGE,
    Action.DELETE: Sign.REMOVE,
    Action.REFUSED: Sign.NOTE,
    Action.UNCHANGED: Sign.NOTE,
}


def title(change: Change) -> Line:
    return Line(SIGN_OF_ACTION[change.action], printable(f"{change.key} ({change.action})"))


def lines_of(change: Change) -> Iterator[Line]:
    """What is said of the change below its title."""
    for note in change.notes:
        yield Line(Sign.NOTE, printable(note))
    if change.action is Action.CREATE:
        yield from _created(change)
    elif change.before is not None and change.after is not None:
        yield from _changed(change)


def _created(change: Change) -> Iterator[Line]:
    _, after = shown(change)
    rest = {key: value for key, value in after.items() if key not in NAMED}
    meta = after.get("metadata")
    if isinstance(meta, dict):
        rest["metadata"] = {key: meta[key] for key in meta if key not in NAMED_METADATA}
    kept = {key: value for key, value in rest.items() if value not in ({}, None)}
    for line in outline(kept, LINES_OF_AN_OBJECT):
        yield Line(Sign.ADD, line)


def _changed(change: Change) -> Iterator[Line]:
    found = list(deltas(*shown(change)))
    for delta in found:
        yield from _of(delta)
    if not found and change.action is not Action.REFUSED:
        yield Line(Sign.NOTE, ONLY_OWNERSHIP)


def _of(delta: Delta) -> Iterator[Line]:
    path = printable(delta.path)
    match delta.op:
        case Op.ADD:
            yield from _tree(Sign.ADD, path, delta.after)
        case Op.REMOVE:
            yield from _tree(Sign.REMOVE, path, delta.before)
        case Op.CHANGE | Op.ORDER:
            yield _two_versions(delta, path)


def _tree(sign: Sign, path: str, value: Any) -> Iterator[Line]:
    if not is_branch(value):
        yield Line(sign, f"{path}: {inline(value)}")
        return
    yield Line(sign, f"{path}:")
    for line in outline(value, LINES_OF_A_FIELD):
        yield Line(sign, f"  {line}")


def _two_versions(delta: Delta, path: str) -> Line:
    if isinstance(delta.before, Hidden) and isinstance(delta.after, Hidden):
        return Line(Sign.CHANGE, f"{path}: (changed)")
    old, new = versions(delta.before, delta.after)
    name = f"{path} (order)" if delta.op is Op.ORDER else path
    return Line(Sign.CHANGE, f"{name}: {old} -> {new}", f"{name}: {old}", f"{name}: {new}")
