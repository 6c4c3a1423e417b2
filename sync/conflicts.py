"""Who wins where others own what git sets: a tool that applies, a hand, and our own marks.

What was changed by hand, or by a controller that means no harm, is drift. What another tool
applies is meant: then the policy decides, the operator's or that of one object in git.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync import fields, marks
from sync.fields import Difference, Manager
from sync.objects import Object, annotations_of
from sync.policy import Conflicts

SHOWN = 5
APPLY = "Apply"
BY_HAND = "kubectl"
VALUES = frozenset({"added", "changed"})
OUR_MARKS = tuple(
    f".{mark}"
    for mark in (
        marks.AGENT,
        marks.NAMESPACE_BUNDLE,
        marks.APPLYSET_ID,
        marks.PART_OF,
        marks.TOOLING,
        marks.CONTAINS,
    )
)
OWNERS = ".metadata.ownerReferences"


class ConflictError(Exception):
    """Others own fields that we would set; nobody may overrule them."""

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__(
            f"others own what git sets: {owners(self.differences)}. Take the field out of git, let"
            " them give it up, or decide by --conflicts or the annotation jackhoman.dev/conflicts"
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """What may be sent, and which fields are left to those who own them."""

    sent: Object
    left: tuple[Difference, ...] = ()

    @property
    def words(self) -> str:
        return f"left to others: {owners(self.left)}" if self.left else ""


def resolved(sent: Object, differences: Sequence[Difference], default: Conflicts) -> Resolved:
    """What a policy makes of the differences; raises ConflictError where it gives way to nobody."""
    match policy_of(sent, default):
        case Conflicts.FAIL if declared := [each for each in differences if is_declared(each)]:
            raise ConflictError(declared)
        case Conflicts.YIELD if left := tuple(each for each in differences if _is_left(each)):
            return Resolved(fields.without(sent, [each.path for each in left]), left)
        case _:
            return Resolved(sent)


def policy_of(sent: Object, default: Conflicts) -> Conflicts:
    """Git may say for one object; the live object has no say."""
    asked = annotations_of(sent).get(marks.CONFLICTS)
    return Conflicts(asked) if asked in set(Conflicts) else default


def others(difference: Difference) -> list[Manager]:
    """Everybody else who owns the live value."""
    return [
        each
        for each in difference.managers
        if (each.name, each.operation) != (marks.MANAGER, APPLY)
    ]


def is_declared(difference: Difference) -> bool:
    """Whether a tool that applies, and so means it, owns the field with another value."""
    return _has_other_value(difference) and any(
        each.operation == APPLY for each in others(difference)
    )


def _is_left(difference: Difference) -> bool:
    """Yielding is to tools, those that update as well; what kubectl changed is drift."""
    return _has_other_value(difference) and any(
        each.operation == APPLY or not each.name.startswith(BY_HAND) for each in others(difference)
    )


def _has_other_value(difference: Difference) -> bool:
    return difference.kind in VALUES and not _is_mark(difference)


def _is_mark(difference: Difference) -> bool:
    path = difference.path
    if path.startswith(OWNERS):
        return True
    return path.startswith((".metadata.labels.", ".metadata.annotations.")) and path.endswith(
        OUR_MARKS
    )


def owners(differences: Iterable[Difference]) -> str:
    """Who owns which field, as kubectl names them."""
    return _some([f"{each.path} ({', '.join(_names(each))})" for each in differences])


def paths(differences: Iterable[Difference]) -> str:
    return _some([each.path for each in differences])


def _some(words: list[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def _names(difference: Difference) -> list[str]:
    return sorted({each.name for each in others(difference)})
