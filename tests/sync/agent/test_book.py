"""What the loop remembers of what is still to be removed."""

from __future__ import annotations

import pytest

from sync import marks
from sync.agent.book import Book
from sync.bundles import Bundle, Member
from sync.objects import Key
from sync.outcome import Action, Outcome, Report
from sync.seen import Seen, State, Survey
from sync.shelf import Place, Scope, Shelf

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


class TestANotebookOfSomebodyElse:
    KEY = Key(*marks.NOTEBOOK, "team", "old")
    OTHER = "notebooks/team/other"
    THEIRS = Survey(seen={KEY: Seen(State.HELD)})

    @pytest.fixture
    def book(self) -> Book:
        """After a round that found it so."""
        notebook = Member(self.KEY, "jackhoman.dev/v1beta1", "notebook.yaml", b"")
        shelf = Shelf()
        shelf.bundles[DIRECTORY] = Bundle(DIRECTORY, "team", "old", "oid", (notebook,))
        shelf.places[self.KEY] = Place(shelf.bundles[DIRECTORY], notebook)
        book = Book()
        book.turn_to(shelf)
        book.learn(self.THEIRS, Report(), Scope())
        return book

    def test_is_known_as_theirs_until_a_round_finds_it_ours(self, book: Book) -> None:
        assert book.known.held == {DIRECTORY}
        book.learn(Survey(), Report(), Scope(frozenset({self.OTHER})))
        assert book.known.held == {DIRECTORY}
        book.learn(Survey(), Report(), Scope(frozenset({DIRECTORY})))
        assert book.known.held == set()

    def test_is_ours_when_it_was_taken_over(self, book: Book) -> None:
        taken = Outcome(Action.ADOPTED, DIRECTORY, self.KEY, uid="1")
        book.learn(self.THEIRS, Report(outcomes=[taken]), Scope())
        assert book.known.held == set()

    def test_stays_theirs_while_its_bundle_cannot_be_read(self, book: Book) -> None:
        book.shelf.broken[DIRECTORY] = "half-written"
        book.learn(Survey(), Report(), Scope())
        assert book.known.held == {DIRECTORY}
