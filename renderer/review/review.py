"""What is asked of a review, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from renderer.errors import OctavoError, Problem
from renderer.installation import has_errors
from renderer.review.catalogs import Reach
from renderer.review.impact import Impact, Standing, standing_nowhere
from renderer.review.ownership import Affair, Refusal
from renderer.review.paths import PathChange
from renderer.review.people import Actor


class JudgementError(OctavoError):
    """A pull request of which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pull request changes, all paths that its head has, and who opened it.

    Without an actor nothing is said of ownership.
    """

    changes: Sequence[PathChange]
    paths: Collection[str] = ()
    login: str | None = None
    jobs: int | None = None
    standing: Standing = standing_nowhere


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """Everything there is to say, but for the differences, which are made when they are shown."""

    actor: Actor | None
    affairs: tuple[Affair, ...]
    impacts: tuple[Impact, ...]
    reaches: tuple[Reach, ...]
    refusals: tuple[Refusal, ...]
    problems: tuple[Problem, ...]
    others: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        return not self.refusals and not has_errors(self.problems)
