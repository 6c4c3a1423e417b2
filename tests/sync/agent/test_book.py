"""What the loop remembers of what is still to be removed."""

from __future__ import annotations

import pytest

from sync.agent.book import Book
from sync.objects import Key
from sync.outcome import Action, Outcome, Report
from sync.seen import Survey
from sync.shelf import Scope

DIRECTORY = "notebooks/team/old"
SERVICE = Key("", "Service", "team", "old")


@pytest.mark.parametrize(
    ("action", "left"),
    [
        (Action.DELETED, set()),
        (Action.WAITING, {SERVICE}),
        (Action.FAILED, {SERVICE}),
    ],
)
def test_what_could_not_be_removed_is_tried_again(action: Action, left: set[Key]) -> None:
    book = Book()
    book.gone[DIRECTORY] = {SERVICE}
    report = Report(outcomes=[Outcome(action, DIRECTORY, SERVICE, "words")])
    book.learn(Survey(), report, Scope(frozenset({DIRECTORY})))
    assert book.gone.get(DIRECTORY, set()) == left
    assert book.scope_of([DIRECTORY]).gone == left


def test_what_a_broken_bundle_may_have_left_is_kept_in_mind() -> None:
    book = Book()
    book.gone[DIRECTORY] = {SERVICE}
    book.shelf.broken[DIRECTORY] = "half-written?"
    book.learn(Survey(), Report(), Scope(frozenset({DIRECTORY})))
    assert book.gone[DIRECTORY] == {SERVICE}
