"""The environment of a profile: by name, as a list or a mapping, in text."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.profiles import environment

SOURCE = {"valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}


@pytest.mark.parametrize(
    ("written", "entries"),
    [
        (None, []),
        ({}, []),
        ({"A": "1", "B": 80}, [{"name": "A", "value": "1"}, {"name": "B", "value": "80"}]),
        ({"A": True, "B": 0.5}, [{"name": "A", "value": "true"}, {"name": "B", "value": "0.5"}]),
        ({"A": None}, [{"name": "A", "value": ""}]),
        ({"A": SOURCE}, [{"name": "A", **SOURCE}]),
        ([{"name": "A", "value": 80}], [{"name": "A", "value": "80"}]),
        ([{"name": "A", **SOURCE}], [{"name": "A", **SOURCE}]),
    ],
)
def test_variables_become_entries_of_a_container(written: Any, entries: list[Any]) -> None:
    assert environment.as_list(written) == entries


def test_a_later_variable_takes_the_place_of_the_earlier_one() -> None:
    first: list[Any] = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    second: list[Any] = [{"name": "C", "value": "3"}, {"name": "A", **SOURCE}]
    assert environment.merged(first, second) == [
        {"name": "A", **SOURCE},
        {"name": "B", "value": "2"},
        {"name": "C", "value": "3"},
    ]
    assert first[0] == {"name": "A", "value": "1"}
