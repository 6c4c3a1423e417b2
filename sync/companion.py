"""Beside whoever applies the bundles: waits for their Notebooks, and copies what these need."""

from __future__ import annotations

from collections.abc import Sequence

from sync import marks
from sync.applying import Round, leave_suspended
from sync.bundles import Bundle
from sync.copying import Copier
from sync.outcome import Action, Outcome
from sync.seen import State

THEIRS = "whoever applies the bundles makes it"


class Companion:
    """Stands in for who applies, and applies no member of any bundle."""

    def __init__(self, copier: Copier) -> None:
        self._copier = copier

    def apply(self, this: Round, bundles: Sequence[Bundle]) -> None:
        """Make the copies of all notebooks that are there."""
        notebooks = [each for each in leave_suspended(this, bundles) if each.name]
        this.alive = {each.directory for each in notebooks if each.directory in this.parents}
        for each in notebooks:
            if each.directory not in this.alive:
                this.outcomes[each.directory].append(_missing(this, each))
        for outcome in self._copier.copy(this.shelf, this.alive, this.revisions, this.survey):
            this.outcomes[outcome.directory].append(outcome)


def _missing(this: Round, bundle: Bundle) -> Outcome:
    key = bundle.notebook.key if bundle.notebook else None
    if why := this.survey.failures.get(marks.NOTEBOOK):
        return Outcome(Action.FAILED, bundle.directory, key, f"cannot be looked at: {why}")
    if key and this.survey.of(key).state is State.LEAVING:
        words = f"is being deleted; {THEIRS} again"
    else:
        words = f"is not in the cluster yet; {THEIRS}"
    return Outcome(Action.WAITING, bundle.directory, key, words)
