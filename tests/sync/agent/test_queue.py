"""Who is due, and when: by a clock and a chance of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.agent.queue import CALM, FIRST, JITTER, LONGEST, NEEDLESS, Queue

HIGHEST, MIDDLE = 1.0, 0.5


def queue(chance: float = MIDDLE) -> Queue:
    return Queue(lambda: chance)


def test_what_is_asked_for_is_due_after_its_delay_and_then_no_longer() -> None:
    made = queue()
    made.ask("a", 10.0, 0.5)
    made.ask("b", 10.0)
    assert made.next() == 10.0
    assert made.take(10.0) == ["b"]
    assert made.take(10.4) == []
    assert made.take(10.5) == ["a"]
    assert made.take(99.0) == []
    assert made.next() is None


def test_what_is_asked_for_often_is_done_once_and_no_later() -> None:
    made = queue()
    for at in (10.0, 10.2, 10.4):
        made.ask("a", at, 0.5)
    assert len(made) == 1
    assert made.take(10.5) == ["a"]


def test_trouble_comes_again_by_itself_later_each_time() -> None:
    made, now, pauses = queue(), 100.0, []
    for _ in range(12):
        made.tried("a", now, again=True)
        due = made.next()
        assert due is not None
        pauses.append(due - now)
        assert made.take(due - 0.01) == []
        assert made.take(due) == ["a"]
        now = due
    assert pauses[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert pauses[-1] == LONGEST


def test_what_is_repaired_again_and_again_waits_longer_when_it_is_asked_for() -> None:
    made = queue()
    made.tried("a", 100.0, again=False)
    assert made.next() is None
    made.tried("a", 100.0, again=False)
    made.ask("a", 100.5)
    assert made.next() == 102.0


def test_what_waits_already_waits_for_its_new_pause() -> None:
    made = queue()
    made.ask("a", 100.0)
    made.tried("a", 100.0, again=False)
    assert made.take(100.9) == []
    assert made.take(101.0) == ["a"]


def test_others_do_not_wait_for_it() -> None:
    made = queue()
    for _ in range(9):
        made.tried("a", 100.0, again=True)
    made.ask("b", 100.0)
    assert made.take(100.0) == ["b"]


def test_a_bundle_that_git_has_changed_starts_anew() -> None:
    made = queue()
    for _ in range(9):
        made.tried("a", 100.0, again=True)
    made.fine("a")
    made.ask("a", 100.0)
    assert made.take(100.0) == ["a"]


def test_what_was_calm_for_long_starts_anew() -> None:
    made = queue()
    for _ in range(9):
        made.tried("a", 100.0, again=False)
    later = 100.0 + CALM + 1
    made.tried("a", later, again=True)
    assert made.next() == later + FIRST


def test_a_needless_look_pauses_a_little_and_always_as_long() -> None:
    made = queue()
    for _ in range(9):
        made.needless("a", 100.0)
    made.ask("a", 100.0)
    assert made.next() == 100.0 + NEEDLESS
    made.tried("b", 100.0, again=True)
    made.needless("b", 100.0)
    made.tried("b", 100.0, again=True)
    assert made.take(100.0 + 2 * FIRST) == ["a", "b"]


def test_what_is_no_more_is_forgotten_and_so_is_a_past_long_gone() -> None:
    made = queue()
    for each in ("gone", "stays"):
        made.tried(each, 100.0, again=True)
    made.keep(lambda each: each == "stays", 100.0)
    assert len(made) == 1
    for _ in range(5):
        made.tried("stays", 100.0, again=True)
    made.take(float("inf"))
    made.keep(lambda _: True, 101.0 + CALM)
    made.ask("stays", 200.0)
    assert made.next() == 200.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.booleans())
def test_pauses_stay_within_bounds_whatever_chance_says(chances: list[float], again: bool) -> None:
    thrown = iter(chances)
    made, now = Queue(lambda: next(thrown)), 50.0
    for attempt in range(len(chances)):
        made.tried("a", now, again=again)
        made.ask("a", now)
        due = made.next()
        assert due is not None
        middle = min(FIRST * 2**attempt, LONGEST)
        assert middle * (1 - JITTER) - 1e-6 <= due - now <= middle * (1 + JITTER) + 1e-6
        made.take(due)
        now = due


@given(st.lists(st.floats(0, 3), max_size=300), st.floats(0, 1))
def test_a_fight_of_whatever_rhythm_is_a_few_writes(pauses: list[float], chance: float) -> None:
    """Somebody asks again and again for ten minutes at most: a handful of repairs is the answer."""
    made, now, repairs = queue(chance), 0.0, 0
    for pause in pauses:
        now += pause
        made.ask("a", now, 0.5)
        if made.take(now):
            repairs += 1
            made.tried("a", now, again=False)
    assert repairs <= 12


def test_jitter_spreads() -> None:
    low, high = queue(0.0), queue(HIGHEST)
    for each in (low, high):
        each.tried("a", 0.0, again=True)
    assert low.next() == FIRST * (1 - JITTER)
    assert high.next() == FIRST * (1 + JITTER)
