"""What became of each object, as a closed set of actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sync.objects import Key


class Action(StrEnum):
    """What was done with an object."""

    CREATED = "created"
    CHANGED = "changed"
    REPAIRED = "repaired"
    ADOPTED = "adopted"
    COPIED = "copied"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    LEFT = "left alone"
    WAITING = "waiting"
    FAILED = "failed"


WRITTEN = frozenset({
    Action.CREATED,
    Action.CHANGED,
    Action.REPAIRED,
    Action.ADOPTED,
    Action.COPIED,
    Action.DELETED,
})
TROUBLE = frozenset({Action.FAILED, Action.WAITING})
UNDONE = TROUBLE | {Action.LEFT}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object of one bundle, and why, in words."""

    action: Action
    directory: str
    key: Key | None
    words: str = ""
    uid: str = ""
    dependency: bool = False

    def __str__(self) -> str:
        what = f"{self.directory}: {self.key}" if self.key else self.directory
        return f"{what}: {self.words}" if self.words else f"{what} {self.action.value}"


@dataclass(slots=True)
class Report:
    """A round, as it is told."""

    revision: str = ""
    bundles: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    unpruned: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        self.outcomes.extend(outcomes)

    @property
    def problems(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.action in TROUBLE]

    @property
    def good(self) -> bool:
        return not self.problems and not self.unpruned

    @property
    def written(self) -> int:
        return sum(each.action in WRITTEN for each in self.outcomes)

    def counts(self) -> Counter[Action]:
        return Counter(each.action for each in self.outcomes)


def again(report: Report) -> frozenset[str]:
    """The bundles that may come right by themselves."""
    return frozenset(each.directory for each in report.outcomes if each.action is Action.WAITING)


def left_over(report: Report, directories: Iterable[str]) -> frozenset[Key]:
    """What is still to be removed of some bundles, perhaps: also what waited for the rest."""
    chosen = frozenset(directories)
    return frozenset(
        each.key
        for each in report.outcomes
        if each.key and each.directory in chosen and each.action in UNDONE and not each.dependency
    )


def merged(first: Report, second: Report, redone: frozenset[str]) -> Report:
    """Two rounds told as one: of what was done again, what it came to."""
    kept = [
        each for each in first.outcomes if each.directory not in redone or each.action not in UNDONE
    ]
    return replace(
        first,
        outcomes=kept + second.outcomes,
        unpruned=first.unpruned or second.unpruned,
        remarks=[*first.remarks, *(each for each in second.remarks if each not in first.remarks)],
    )
