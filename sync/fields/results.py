"""The server's answers: whether one changes anything, and what a refusal says of other managers."""

from __future__ import annotations

import re
from typing import Any

import orjson

from sync.errors import ClusterError
from sync.fields.compare import Difference
from sync.fields.tree import APPLY, UPDATE, Manager, entries
from sync.objects import Object, metadata

COUNTERS = frozenset({"generation", "managedFields", "resourceVersion"})
CONFLICT = "FieldManagerConflict"
QUOTED = r'"((?:[^"\\]|\\.)*)"'
# The releases have their own words for what cannot be changed: of the whole, or field by field.
FIXED = re.compile(r"immutable|cannot change |updates to \w+ spec for fields other than")
WHO = re.compile(rf"conflict with {QUOTED}(?: with subresource {QUOTED})?( using )?")


def equal_results(live: Object, answer: Object) -> bool:
    """Whether an answer is the live object, but for what counts and when it was."""
    return _substance(live) == _substance(answer)


def conflicts_of(error: ClusterError) -> tuple[Difference, ...]:
    """The fields that a refused apply would have taken from others, and who they are."""
    found: dict[str, set[Manager]] = {}
    for cause in error.causes:
        who = WHO.match(cause.message)
        if cause.reason == CONFLICT and who:
            found.setdefault(cause.field, set()).add(_manager(who))
    return tuple(
        Difference(path, "changed", tuple(sorted(managers, key=_by_name)))
        for path, managers in sorted(found.items())
    )


def is_fixed(error: ClusterError, field: str) -> bool:
    """Whether what was refused is a change of the field, or in it, that no server ever takes."""
    return any(
        f"{each.field}.".startswith(f"{field}.") and FIXED.search(each.message)
        for each in error.causes
    )


def _manager(who: re.Match[str]) -> Manager:
    """The server names the version of an update only."""
    return Manager(who[1], UPDATE if who[3] else APPLY, who[2] or "")


def _by_name(manager: Manager) -> tuple[str, str, str]:
    return manager.name, manager.operation, manager.subresource


def _substance(obj: Object) -> bytes:
    meta = {name: value for name, value in metadata(obj).items() if name not in COUNTERS}
    owners = sorted(
        orjson.dumps({**entry, "time": None}, option=orjson.OPT_SORT_KEYS) for entry in entries(obj)
    )
    rest: dict[str, Any] = {**obj, "metadata": meta}
    return b"\n".join([orjson.dumps(rest, option=orjson.OPT_SORT_KEYS), *owners])
