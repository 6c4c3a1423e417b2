"""A plan for programs, as JSON in ASCII.

{"version": 1,
 "summary": {"create": 1, "update": 1, "adopt": 0, "delete": 0, "refused": 0, "unchanged": 5},
 "changes": [{"bundle", "action", "group", "kind", "namespace", "name", "notes": [...],
              "object": {...},                       of what is created
              "differences": [{"op": "add|remove|change|order", "path", "before", "after"}]}]}

What is unchanged is counted and not listed. What is hidden reads "(hidden)", and a difference that
has it says "hidden": true. `before` and `after` are there where there was something.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sync.diffs.change import Action, Change, bundles, counts
from sync.diffs.deltas import Delta, Op, deltas
from sync.diffs.masks import Hidden, shown

VERSION = 1


def as_json(changes: Collection[Change]) -> str:
    told = [change for _, members in bundles(changes) for change in members]
    document = {
        "version": VERSION,
        "summary": {str(action): number for action, number in counts(changes).items()},
        "changes": [_change(change) for change in told],
    }
    return json.dumps(document, indent=2, default=_plain) + "\n"


def _change(change: Change) -> dict[str, Any]:
    before, after = shown(change)
    told: dict[str, Any] = {
        "bundle": change.bundle,
        "action": str(change.action),
        **change.key._asdict(),
        "notes": list(change.notes),
    }
    if change.action is Action.CREATE:
        return {**told, "object": after}
    both = change.before is not None and change.after is not None
    return {**told, "differences": [_delta(each) for each in deltas(before, after)] if both else []}


def _delta(delta: Delta) -> dict[str, Any]:
    told: dict[str, Any] = {"op": str(delta.op), "path": delta.path}
    if delta.op is not Op.ADD:
        told["before"] = delta.before
    if delta.op is not Op.REMOVE:
        told["after"] = delta.after
    hides = _hides(delta.before) or _hides(delta.after)
    return {**told, "hidden": True} if hides else told


def _hides(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_hides, value.values()))
    return isinstance(value, Hidden)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
