"""What can go wrong, as values and as one tree of exceptions.

OctavoError
├── ClusterError  an API server does not do as the library asked
├── GitError      git, or a repository, does not do as asked: exit 1
├── InputError    the source tree has problems: exit 1
├── OutputError   the destination cannot be written: exit 1
├── PathError     a JSONPath of a service cannot be read
├── ServiceError  a service of a hub's user cannot be set up
└── UsageError    the command was called wrongly: exit 2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from renderer.position import Path, Position

# As many of the other places of a problem are shown.
SHOWN = 3


class Severity(StrEnum):
    """Errors stop a render; warnings are only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a path of a value whose place in a file the caller knows."""

    path: Path
    message: str
    expected: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    def located(self, position: Position) -> Problem:
        return Problem(position, self.message, self.expected, self.hint, (), self.severity)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in a file. Never holds bodies of documents or secret values."""

    position: Position
    message: str
    expected: str = ""
    hint: str = ""
    there: tuple[Position, ...] = ()
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        head = f"{self.position}: {self.severity.value}: {self.message}"
        return "\n".join([head, *(f"  {remark}" for remark in self.remarks())])

    def remarks(self) -> Iterator[str]:
        """Everything but the message: what was expected, the other places, a hint."""
        if self.expected:
            yield f"expected: {self.expected}"
        for place in self.there[:SHOWN]:
            yield f"there: {place}"
        if len(self.there) > SHOWN:
            yield f"there: and in {len(self.there) - SHOWN:,} more places"
        if self.hint:
            yield f"hint: {self.hint}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Every problem once, by place; what is said of many notebooks is said with all of them."""
    alike: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        key = (problem.position, problem.severity, problem.message, problem.expected, problem.hint)
        alike.setdefault(key, []).append(problem)
    folded = [
        replace(same[0], there=tuple(sorted({place for each in same for place in each.there})))
        for same in alike.values()
    ]
    return tuple(sorted(folded, key=lambda p: (p.position, p.severity, p.message, p.there)))


class OctavoError(Exception):
    """Anything that Octavo says in words rather than as a traceback."""


class InputError(OctavoError):
    """The source tree has problems, all of them listed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)


class GitError(OctavoError):
    """Git, or a repository, does not do as asked. Never holds a credential."""


class OutputError(OctavoError):
    """The destination cannot be written as asked."""


class UsageError(OctavoError):
    """The command was called in a way that means nothing."""
