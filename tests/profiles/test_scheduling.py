"""Tolerations and node affinity add up: all that anybody said holds, and is said once."""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.compose.trace import Traced, plain
from renderer.errors import OctavoError
from renderer.position import Position
from renderer.profiles.scheduling import MAX_TERMS, joined_affinity, joined_tolerations

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
A, B, C = ({"key": key, "operator": "Exists"} for key in "abc")


def required(*terms: list[dict[str, Any]]) -> dict[str, Any]:
    return {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}}


def preferred(*terms: Any) -> dict[str, Any]:
    return {PREFERRED: list(terms)}


def test_tolerations_stand_in_order_and_equal_ones_once() -> None:
    assert joined_tolerations([A, B], [B, C, C]) == [A, B, C]
    assert joined_tolerations([], [A, deepcopy(A)]) == [A]
    assert joined_tolerations([{"key": "a"}], [A]) == [{"key": "a"}, A]


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        pytest.param({}, {}, {}, id="nothing"),
        pytest.param({}, required([A]), required([A]), id="second only"),
        pytest.param(required([A]), {}, required([A]), id="first only"),
        pytest.param(required([A]), {REQUIRED: None}, required([A]), id="a null"),
        pytest.param(required([A]), required([A]), required([A]), id="the same"),
        pytest.param(required([A]), required([B]), required([A, B]), id="one and one"),
        pytest.param(
            required([A], [B]), required([C]), required([A, C], [B, C]), id="either, and one"
        ),
        pytest.param(
            required([A], [B]),
            required([B], [A]),
            required([A], [B]),
            id="either, in another order",
        ),
        pytest.param(
            required([A], [B]), required([B], [C]), required([A, C], [B]), id="either, and either"
        ),
        pytest.param(required([A, B]), required([A]), required([A, B]), id="more, then less"),
        pytest.param(required([A]), required([A, B]), required([A, B]), id="less, then more"),
        pytest.param(required([A]), required([A], [B]), required([A]), id="one of two is enough"),
        pytest.param(
            required([A]),
            {REQUIRED: {"nodeSelectorTerms": [{"matchFields": [B]}]}},
            {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [A], "matchFields": [B]}]}},
            id="expressions and fields",
        ),
        pytest.param(required([A], []), required([B]), required([A, B]), id="a term no node meets"),
        pytest.param(required([A]), required([]), required([]), id="no node at all"),
        pytest.param(preferred(1, 2), preferred(2, 3), preferred(1, 2, 3), id="preferences"),
        pytest.param(required([A]), preferred(1), required([A]) | preferred(1), id="one of each"),
    ],
)
def test_both_affinities_hold(
    first: dict[str, Any], second: dict[str, Any], both: dict[str, Any]
) -> None:
    before = deepcopy((first, second))
    assert joined_affinity(first, second) == both
    assert joined_affinity(joined_affinity(first, second), second) == both
    assert (first, second) == before


TERMS = st.lists(st.lists(st.sampled_from([A, B, C]), max_size=3), min_size=1, max_size=3)


def meets(node: set[str], affinity: dict[str, Any]) -> bool:
    """As the scheduler sees it: one term is enough, and an empty one never is."""
    terms = affinity[REQUIRED]["nodeSelectorTerms"]
    wanted = [[each["key"] for each in term.get("matchExpressions", [])] for term in terms]
    return any(term and node.issuperset(term) for term in wanted)


@given(TERMS, TERMS)
def test_a_node_meets_both_where_it_meets_each(
    first: list[list[dict[str, Any]]], second: list[list[dict[str, Any]]]
) -> None:
    one, other = required(*first), required(*second)
    both = joined_affinity(one, other)
    for has in product([True, False], repeat=3):
        node = {key for key, there in zip("abc", has, strict=True) if there}
        assert meets(node, both) == (meets(node, one) and meets(node, other))
    assert joined_affinity(both, other) == both


def test_terms_are_not_multiplied_without_end() -> None:
    sides = [[{"key": key, "operator": "Exists"}] for key in map(str, range(2 * MAX_TERMS))]
    first, second = required(*sides[:100]), required(*sides[100:111])
    with pytest.raises(OctavoError, match=f"more than {MAX_TERMS:,} terms"):
        joined_affinity(first, second)
    assert joined_affinity(required(*sides), required(*sides)) == required(*sides)


def traced(value: Any, line: int) -> Any:
    match value:
        case dict() if value:
            return {key: traced(child, line) for key, child in value.items()}
        case list() if value:
            return [traced(child, line) for child in value]
        case _:
            return Traced(value, Position("a.yaml", line, 1))


def test_values_that_remember_their_place_are_values_like_others() -> None:
    tolerations = joined_tolerations(traced([A, {"key": "x", "empty": {}}], 1), traced([A, B], 2))
    assert plain(tolerations) == [A, {"key": "x", "empty": {}}, B]
    assert [each["key"].position.line for each in tolerations] == [1, 1, 2]
    both = joined_affinity(traced(required([A]), 1), traced(required([A, B]), 2))
    assert plain(both) == required([A, B])
    terms = both[REQUIRED]["nodeSelectorTerms"][0]["matchExpressions"]
    assert [each["key"].position.line for each in terms] == [1, 2]


def test_an_empty_value_is_no_text_that_looks_like_it() -> None:
    assert len(joined_tolerations([{"a": {}}, {"a": "{}"}], [{"a": []}, {"a": {}}])) == 3
