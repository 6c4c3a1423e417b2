"""Which statuses are looked at, and when: by a clock of the test's own."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from unittest.mock import create_autospec

import pytest

from sync.agent import statuses
from sync.agent.statuses import FEW, LATER, SETTLE, Statuses
from sync.bundles import Bundle
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.shelf import Shelf
from sync.telling import Look, Problems, Written

ONE = "notebooks/ns/one"
GO = threading.Event()
NOBODY: frozenset[str] = frozenset()


@dataclass
class Desk:
    """What would have been written, at a time of one's own."""

    now: float = 100.0
    unsettled: bool = False
    error: ClusterError | None = None
    looks: list[tuple[str, Problems, bool]] = field(default_factory=list)

    def write(
        self,
        _cluster: Cluster,
        directory: str,
        _shelf: Shelf,
        problems: Problems,
        look: Look | None,
        *,
        by_others: bool,
    ) -> Written:
        assert not by_others
        self.looks.append((directory, problems, look is not None))
        if self.error:
            raise self.error
        return Written("ours", changed=True, unsettled=self.unsettled)

    def at(self, seconds: float, made: Statuses) -> int:
        """How many looks there were after so many seconds more."""
        self.now += seconds
        made.refresh(GO)
        return len(self.looks)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(statuses, "write_status", made.write)
    monkeypatch.setattr("sync.agent.statuses.time.monotonic", lambda: made.now)
    return made


def keeper(*names: str) -> Statuses:
    bundles = {f"notebooks/ns/{each}": create_autospec(Bundle) for each in names}
    shelf = Shelf(bundles=bundles)
    return Statuses(create_autospec(Cluster), lambda: shelf)


def heard(version: str) -> dict[str, dict[str, str]]:
    return {"metadata": {"resourceVersion": version}}


def test_what_happens_within_a_moment_is_looked_at_once(desk: Desk) -> None:
    made = keeper("one")
    for _ in range(3):
        made.hear(ONE, None)
    assert made.due() == desk.now + SETTLE
    assert desk.at(SETTLE / 2, made) == 0
    assert desk.at(SETTLE, made) == 1
    assert desk.at(SETTLE, made) == 1


def test_what_we_wrote_ourselves_is_no_news(desk: Desk) -> None:
    made = keeper("one")
    made.ask([ONE])
    made.hear(ONE, heard("ours"))  # before its answer is there
    assert desk.at(SETTLE, made) == 1
    made.hear(ONE, heard("ours"))
    assert desk.at(SETTLE, made) == 1
    made.hear(ONE, heard("theirs"))
    assert desk.at(SETTLE, made) == 2
    made.hear(ONE, None)
    made.hear(ONE, heard("ours"))
    assert desk.at(SETTLE, made) == 3


def test_what_is_no_bundle_is_not_looked_at(desk: Desk) -> None:
    made = keeper("one")
    made.hear("notebooks/ns/other", None)
    made.ask(["notebooks/ns/other"])
    assert desk.at(SETTLE, made) == 0


def test_many_of_one_namespace_are_looked_at_by_lists(desk: Desk) -> None:
    names = [f"n{each}" for each in range(FEW + 1)]
    made = keeper(*names)
    made.ask(f"notebooks/ns/{each}" for each in names[:FEW])
    desk.at(SETTLE, made)
    assert {listed for *_, listed in desk.looks} == {False}
    desk.looks.clear()
    made.ask(f"notebooks/ns/{each}" for each in names)
    desk.at(SETTLE, made)
    assert {listed for *_, listed in desk.looks} == {True}


def test_what_is_not_settled_is_looked_at_some_times_more(desk: Desk) -> None:
    made = keeper("one")
    desk.unsettled = True
    made.ask([ONE])
    assert desk.at(SETTLE, made) == 1
    for number, pause in enumerate(LATER, 2):
        assert desk.at(pause - 0.1, made) == number - 1
        assert desk.at(0.1, made) == number
    assert desk.at(9999.0, made) == 1 + len(LATER)


def test_what_failed_is_tried_again(desk: Desk) -> None:
    made = keeper("one")
    desk.error = ClusterError(500, "InternalError", "no")
    made.ask([ONE])
    desk.at(SETTLE, made)
    desk.error = None
    assert desk.at(LATER[0], made) == 2


def test_problems_are_those_of_the_last_round(desk: Desk) -> None:
    made = keeper("one")
    problems: Problems = (("ConfigMap: no",), ())
    made.note([ONE, "namespaces/ns"], {ONE: problems, "namespaces/ns": problems}, NOBODY)
    desk.at(SETTLE, made)
    made.note([ONE], {}, NOBODY)
    desk.at(SETTLE, made)
    assert [said for _, said, _ in desk.looks] == [problems, ((), ())]


def test_what_somebody_else_holds_is_not_looked_at_until_it_is_ours(desk: Desk) -> None:
    made = keeper("one", "two")
    both = [ONE, "notebooks/ns/two"]
    made.note(both, {ONE: (("Notebook: belongs to someone",), ())}, frozenset({ONE}))
    desk.at(SETTLE, made)
    made.hear(ONE, heard("theirs"))
    desk.at(SETTLE, made)
    assert [directory for directory, *_ in desk.looks] == both[1:]
    made.note([ONE], {}, NOBODY)
    desk.at(SETTLE, made)
    assert [directory for directory, *_ in desk.looks] == [*both[1:], ONE]
