"""What the loop remembers between rounds. Nothing of it is lost with the process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sync import marks
from sync.agent.known import Known, View
from sync.marks import Parent
from sync.objects import Key
from sync.outcome import Outcome, Report, left_over
from sync.seen import State, Survey
from sync.shelf import Scope, Shelf

Item = TypeVar("Item")


@dataclass(slots=True)
class Book:
    """`gone` holds what bundles that git has changed hold no longer, until that is done."""

    known: Known = field(default_factory=Known)
    gone: dict[str, set[Key]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    @property
    def shelf(self) -> Shelf:
        return self.known.view.shelf

    def turn_to(self, shelf: Shelf) -> set[str]:
        """Take a new shelf; gives the bundles that are not what they were."""
        before = self.shelf
        changed = shelf.changed_since(before)
        for directory in changed:
            left = {key for key in before.keys([directory]) if key not in shelf}
            self.gone.setdefault(directory, set()).update(left)
        self.unsure |= changed & before.broken.keys()
        self.known.view = View.of(shelf)
        return changed

    def forget_changes(self) -> None:
        """What is about to be compared as a whole is no change."""
        self.gone.clear()

    def scope_of(self, directories: Collection[str]) -> Scope:
        """A round of these; what was broken before is asked for all that it may have left."""
        chosen = frozenset(directories)
        gone = {key for each in chosen for key in self.gone.get(each, ())}
        ask = not chosen.isdisjoint(self.unsure)
        return Scope(chosen, frozenset(gone), chosen & self.gone.keys(), ask=ask)

    def everything(self) -> Scope:
        return Scope(changed=frozenset(self.gone))

    def done(self, scope: Scope) -> Collection[str]:
        """The bundles of a scope."""
        if scope.directories is not None:
            return scope.directories
        return self.shelf.bundles.keys() | self.shelf.broken.keys()

    def learn(self, survey: Survey, report: Report, scope: Scope) -> None:
        """Note what a round has found and done."""
        done = self.done(scope)
        self._learn_notebooks(survey, report, scope)
        troubled = {each.directory for each in report.problems}
        self.known.troubled = (self.known.troubled - set(done)) | troubled
        for directory in done:
            if directory not in self.shelf.broken:
                self._settle_gone(directory, report)
                self.unsure.discard(directory)

    def _settle_gone(self, directory: str, report: Report) -> None:
        """What could not be removed is still gone from git, and tried again."""
        left = {key for key in left_over(report, [directory]) if key not in self.shelf}
        if left:
            self.gone[directory] = left
        else:
            self.gone.pop(directory, None)

    def _learn_notebooks(self, survey: Survey, report: Report, scope: Scope) -> None:
        known, chosen = self.known, scope.directories
        made = {each.directory: _made(each) for each in report.outcomes if _is_made(each)}
        found = survey.parents
        known.parents = {
            **_without(known.parents, chosen),
            **found,
            **{d: p for d, p in made.items() if d not in found or found[d].uid != p.uid},
        }
        others = set() if chosen is None else known.suspended - chosen
        known.suspended = others | survey.suspended
        known.lives = {**_without(known.lives, chosen), **survey.lives}
        known.held = frozenset({*self._still_held(scope), *self._held(survey)} - made.keys())

    def _held(self, survey: Survey) -> Iterator[str]:
        """The bundles whose Notebook is somebody else's."""
        for key, found in survey.seen.items():
            if found.state is State.HELD and key.group_kind == marks.NOTEBOOK:
                yield self.shelf.places[key].bundle.directory

    def _still_held(self, scope: Scope) -> Iterator[str]:
        """What is broken was not looked at."""
        for directory in self.known.held:
            if directory in self.shelf.broken or not scope.chooses(directory):
                yield directory


def _without(known: dict[str, Item], chosen: Collection[str] | None) -> dict[str, Item]:
    """What is known of the others; where all were chosen, there are none."""
    return {each: item for each, item in known.items() if chosen is not None and each not in chosen}


def _is_made(outcome: Outcome) -> bool:
    key = outcome.key
    return key is not None and key.group_kind == marks.NOTEBOOK and bool(outcome.uid)


def _made(outcome: Outcome) -> Parent:
    key = outcome.key
    assert key is not None  # noqa: S101  for the type: `_is_made`
    return Parent(key.namespace, key.name, outcome.uid)
