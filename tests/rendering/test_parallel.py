"""Work that is shared among processes comes back whole, or says why not."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from renderer.errors import OctavoError, UsageError
from renderer.parallel import in_parallel, jobs_for


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_every_item_is_worked_on_once(jobs: int) -> None:
    shares = in_parallel(list, range(20), jobs)
    assert len(shares) == jobs
    assert sorted(item for share in shares for item in share) == list(range(20))


def test_a_process_that_dies_is_an_error_not_an_empty_share() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> int:
        if os.getpid() != here:
            os._exit(9)
        return len(items)

    with pytest.raises(OctavoError, match="ended before its work was done"):
        in_parallel(work, range(10), 2)


def test_an_error_in_a_process_is_the_error() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> int:
        if os.getpid() != here:
            message = "as it was said there"
            raise UsageError(message)
        return len(items)

    with pytest.raises(UsageError, match="as it was said there"):
        in_parallel(work, range(10), 2)


@pytest.mark.parametrize(
    ("items", "asked", "jobs"), [(1, 8, 1), (99, 8, 1), (100, 8, 2), (9999, 3, 3)]
)
def test_processes_are_started_where_they_are_worth_it(items: int, asked: int, jobs: int) -> None:
    assert jobs_for(items, asked) == jobs
