"""What profiles say of resources: one side or both, the legacy way, all together, in bytes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from renderer.profiles import resources

CPU, MEMORY = {"cpu": "1"}, {"memory": "1Gi"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param(None, {}, id="nothing"),
        pytest.param({}, {}, id="empty"),
        pytest.param({"requests": {}, "limits": None}, {}, id="empty sides"),
        pytest.param(
            {"requests": CPU, "limits": MEMORY}, {"requests": CPU, "limits": MEMORY}, id="both"
        ),
        pytest.param({"requests": CPU}, {"requests": CPU, "limits": CPU}, id="requests alone"),
        pytest.param({"limits": CPU}, {"requests": CPU, "limits": CPU}, id="limits alone"),
        pytest.param(
            {"requests": CPU, "limits": None}, {"requests": CPU, "limits": CPU}, id="a null"
        ),
        pytest.param({"requests": CPU, "limits": {}}, {"requests": CPU, "limits": {}}, id="none"),
        pytest.param(
            {"requests": {"cpu": "1", "memory": None}},
            {"requests": CPU, "limits": CPU},
            id="an amount that is not said",
        ),
        pytest.param(
            {"mem_limit": "1Gi"}, {"requests": MEMORY, "limits": MEMORY}, id="the legacy way"
        ),
        pytest.param(
            {"mem_limit": "1Gi", "cpu_limit": 1, "requests": {"cpu": "3", "gpu": "1"}},
            {
                "requests": {"cpu": 1, "gpu": "1", "memory": "1Gi"},
                "limits": {"cpu": 1, "memory": "1Gi"},
            },
            id="the legacy way over the other",
        ),
        pytest.param(
            {"claims": [{"name": "gpu"}], "limits": CPU},
            {"claims": [{"name": "gpu"}], "requests": CPU, "limits": CPU},
            id="claims",
        ),
        pytest.param(
            {"claims": [{"name": "gpu"}]}, {"claims": [{"name": "gpu"}]}, id="claims only"
        ),
    ],
)
def test_where_one_side_is_missing_it_is_the_other(
    written: dict[str, Any] | None, meant: dict[str, Any]
) -> None:
    before = deepcopy(written)
    assert resources.normal(written) == meant
    assert written == before


def test_the_two_sides_are_not_one_object() -> None:
    both = resources.normal({"limits": CPU})
    assert both["limits"] is not both["requests"]
    assert both["limits"] is not CPU


def test_what_is_given_is_not_filled_up() -> None:
    assert resources.given({"limits": CPU}) == {"limits": CPU}
    assert resources.given({"cpu_limit": "1"}) == {"requests": CPU, "limits": CPU}
    assert resources.given(None) == {}


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ({}, {"limits": CPU}, {"limits": CPU}),
        ({"limits": CPU}, {}, {"limits": CPU}),
        ({"limits": CPU}, {"limits": None}, {"limits": CPU}),
        ({"limits": CPU}, {"limits": MEMORY}, {"limits": {**CPU, **MEMORY}}),
        ({"limits": CPU}, {"limits": {"cpu": "2"}}, {"limits": {"cpu": "2"}}),
        ({"requests": CPU}, {"limits": MEMORY}, {"requests": CPU, "limits": MEMORY}),
        (
            {"claims": [{"name": "a"}, {"name": "b", "request": "x"}]},
            {"claims": [{"name": "b", "request": "x"}, {"name": "c"}]},
            {"claims": [{"name": "a"}, {"name": "b", "request": "x"}, {"name": "c"}]},
        ),
    ],
)
def test_the_second_wins_by_name_and_nothing_of_the_first_is_lost(
    first: dict[str, Any], second: dict[str, Any], both: dict[str, Any]
) -> None:
    before = deepcopy((first, second))
    assert resources.merged(first, second) == both
    assert (first, second) == before


MANY: list[Any] = [
    None,
    {"requests": CPU},
    {"limits": {"memory": "2Gi"}},
    {"mem_limit": "3Gi"},
    {"limits": None, "requests": {"memory": None, "cpu": "2"}},
    {"claims": [{"name": "gpu"}]},
]


def test_many_are_what_they_are_one_after_the_other() -> None:
    one_by_one: dict[str, Any] = {}
    for each in MANY:
        one_by_one = resources.normal(resources.merged(one_by_one, resources.given(each)))
    before = deepcopy(MANY)
    assert resources.folded(MANY) == one_by_one
    assert one_by_one == {
        "requests": {"cpu": "2", "memory": "3Gi"},
        "limits": {"cpu": "1", "memory": "3Gi"},
        "claims": [{"name": "gpu"}],
    }
    assert before == MANY


@pytest.mark.parametrize(
    ("memory", "in_bytes"),
    [
        ("1Gi", "1073741824"),
        ("512Mi", "536870912"),
        ("1.5Gi", "1610612736"),
        ("2Ti", "2199023255552"),
        ("1Ki", "1024"),
        ("1G", "1000000000"),
        ("2k", "2000"),
        ("1e3", "1000"),
        ("1500m", "2"),
        ("128", "128"),
        ("16Ei", "18446744073709551616"),
        ("lots", "lots"),
        ("", ""),
    ],
)
def test_memory_is_told_in_bytes_exactly(memory: str, in_bytes: str) -> None:
    assert resources.in_bytes(memory) == in_bytes
