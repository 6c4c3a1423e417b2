"""The source is followed in a thread of its own; every snapshot is closed in the end."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from sync.agent.following import Follower
from sync.agent.metrics import Metrics
from sync.errors import SourceError
from sync.policy import Policy
from tests.sync.agent.world import eventually


class Snapshot:
    """Nothing but a commit and whether it is open."""

    trees: Mapping[str, str] = {}

    def __init__(self, revision: str, *, whole: bool = True) -> None:
        self.revision = revision
        self.is_open = True
        self._whole = whole

    def read(self, directory: str) -> Mapping[str, bytes]:
        raise AssertionError(directory)

    def check_whole(self) -> None:
        if not self._whole:
            raise SourceError("half-written")

    def held(self, directory: str) -> bool | None:
        raise AssertionError(directory)

    def close(self) -> None:
        self.is_open = False


class Source:
    """Gives what the test has laid there; waits while there is nothing."""

    def __init__(self, *snapshots: Snapshot) -> None:
        self.left = list(snapshots)
        self.more = threading.Event()

    def describe(self) -> str:
        return "a test"

    def fetch(self) -> Snapshot:
        if not self.left:
            self.more.wait(30)
            raise SourceError("nothing more")
        return self.left.pop(0)


def follower(source: Source, interval: float = 0.01) -> Follower:
    return Follower(source, Policy(), interval, Metrics())


def test_what_is_new_is_taken_once() -> None:
    first = Snapshot("1")
    made = follower(Source(first))
    assert made.look()
    taken = made.take()
    assert taken
    assert taken.snapshot is first
    assert first.is_open
    assert made.take() is None


def test_what_is_the_same_is_closed_and_no_news() -> None:
    same = Snapshot("1")
    made = follower(Source(Snapshot("1"), same))
    assert made.look()
    assert not made.look()
    assert not same.is_open


def test_what_nobody_took_in_time_is_closed() -> None:
    first, second = Snapshot("1"), Snapshot("2")
    made = follower(Source(first, second))
    assert made.look()
    assert made.look()
    assert not first.is_open
    made.close()
    assert not second.is_open


def test_what_is_half_written_is_closed_and_no_news() -> None:
    half = Snapshot("1", whole=False)
    made = follower(Source(half))
    assert not made.look()
    assert not half.is_open
    assert made.take() is None


@pytest.mark.parametrize("interval", [0.01, 3600.0])
def test_it_ends_when_told_to_while_it_waits(interval: float) -> None:
    source, stop, woken = Source(Snapshot("1")), threading.Event(), threading.Event()
    made = follower(source, interval)
    thread = threading.Thread(target=made.follow, args=(stop, woken.set))
    thread.start()
    assert woken.wait(5)
    stop.set()
    source.more.set()
    made.poke()
    thread.join(5)
    assert not thread.is_alive()


def test_it_asks_at_its_interval_and_at_once_when_poked() -> None:
    source, stop = Source(*(Snapshot(str(each)) for each in range(3))), threading.Event()
    made = follower(source, 3600.0)
    thread = threading.Thread(target=made.follow, args=(stop, lambda: None))
    thread.start()
    eventually(lambda: len(source.left) == 2, 5)
    made.poke()
    eventually(lambda: len(source.left) == 1, 5)
    stop.set()
    source.more.set()
    made.poke()
    thread.join(5)
