"""One object's part in a plan, and what a plan comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from sync.objects import Key, Object


class Action(StrEnum):
    """What is done to an object, in the order in which it is counted."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    DELETE = "delete"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """An object as it is and as it would be; either may be missing."""

    action: Action
    key: Key
    bundle: str
    before: Object | None = None
    after: Object | None = None
    notes: tuple[str, ...] = ()


def exit_code(changes: Iterable[Change]) -> int:
    """0: nothing to do, 1: something to do, 2: something that cannot be done."""
    actions = {change.action for change in changes}
    if Action.REFUSED in actions:
        return 2
    return 1 if actions - {Action.UNCHANGED} else 0


def counts(changes: Iterable[Change]) -> dict[Action, int]:
    """How many objects meet each action; all actions are there."""
    found = dict.fromkeys(Action, 0)
    for change in changes:
        found[change.action] += 1
    return found


def summary(found: Mapping[Action, int]) -> str:
    """`1 to create, 2 refused, 5 unchanged`; what is not there is not said."""
    said = [_counted(action, number) for action, number in found.items() if number]
    return ", ".join(said) or "nothing to do"


def bundles(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """What is worth reading, by bundle, in an order of its own."""
    told = [change for change in changes if change.action is not Action.UNCHANGED]
    ordered = sorted(told, key=lambda change: (change.bundle, place(change)))
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda each: each.bundle)]


def place(change: Change) -> tuple[str, str, str, str]:
    key = change.key
    return (key.kind, key.namespace, key.name, key.group)


def _counted(action: Action, number: int) -> str:
    done = action in {Action.REFUSED, Action.UNCHANGED}
    return f"{number} {action}" if done else f"{number} to {action}"
