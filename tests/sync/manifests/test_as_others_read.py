"""What is read is what was written, and what both versions of YAML take it for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML  # noqa: TID251  (as an oracle)
from ruamel.yaml.error import YAMLError  # noqa: TID251

from renderer.yamlio.emit import emit
from sync.errors import BundleError
from sync.manifests import read

texts = (
    st.text(st.characters(codec="utf-8"))
    | st.text("yn0123456789.eExo_:-+~ \n\t#'\"", max_size=12)
    | st.lists(st.sampled_from(["a", "b c", "", " ", "\t", "- x", "# y", "é"])).map("\n".join)
    | st.sampled_from(["yes", "on", "0o17", "1e3", "12:30:45", "2020-01-01", "<<", "=", "~", ""])
)
numbers = st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda below: st.lists(below) | st.dictionaries(texts, below),
    max_leaves=25,
)
WORDS = "yes Yes no ON off true False null ~ y N nan .nan .Inf inf a 1Gi = <<"
plain_texts = st.text("0123456789.eExXoObB_:+-", min_size=1, max_size=12) | st.sampled_from(
    WORDS.split()
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of one type, but that a whole float may be an integer."""
    match one, other:
        case dict(), dict():
            return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
        case (bool(), _) | (_, bool()):
            return one is other
        case _:
            return bool(one == other)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(texts, values))
def test_what_the_renderer_emits_is_read_as_what_it_was(value: dict[str, Any]) -> None:
    assert same(read(emit(value).encode(), "f"), value)


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@settings(max_examples=1000, deadline=None)
@given(text=plain_texts)
def test_a_plain_value_means_the_same_in_both_versions(version: tuple[int, int], text: str) -> None:
    line = f"value: {text}\n"
    ours = accepted(line)
    assume(ours)
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    try:
        theirs = yaml.load(line)
    except (YAMLError, ValueError) as error:
        pytest.fail(f"{text!a} is read here, and elsewhere it is {error}")
    assert same(ours, theirs)


def accepted(line: str) -> Mapping[str, Any]:
    try:
        return read(line.encode(), "f")
    except BundleError:
        return {}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_read_exactly(number: float) -> None:
    back = read(emit({"value": number}).encode(), "f")["value"]
    assert back == number
    assert math.copysign(1, back) == math.copysign(1, number) or not number
