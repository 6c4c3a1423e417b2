"""A text that was copied with the ``` around it is read without it; nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.profiles.fences import data_without_fence, without_fence


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("``` profiles:\n- a\n```\n", "profiles:\n- a\n\n"),
        ("``` profiles:\r\n- a\r\n```\r\n", "profiles:\r\n- a\r\n\r\n"),
        ("```\nprofiles: []\n```", "\nprofiles: []\n"),
        ("```yaml\nprofiles: []\n```\n", "\nprofiles: []\n\n"),
        ("``` yaml \nprofiles: []\n```  \n", "\nprofiles: []\n\n"),
        ("````\na: 1\n````\n", "\na: 1\n\n"),
        ("``` profiles:\n- a\n", "profiles:\n- a\n"),
        ("```", ""),
        ("```\na: |\n  ```\n  b\n  ```\n```\n", "\na: |\n  ```\n  b\n  ```\n\n"),
        ("```\na: 1\n```\n```\n", "\na: 1\n\n```\n"),
    ],
)
def test_a_fence_is_taken_away(text: str, bare: str) -> None:
    assert without_fence(text) == bare
    assert data_without_fence(text.encode()) == bare.encode()
    assert data_without_fence(b"\xef\xbb\xbf" + text.encode()) == bare.encode()


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "a: |\n  ```\n", " ```\na: 1\n```\n", "# ```\n```\n", "``a\n", "\n```\n"]
)
def test_what_does_not_begin_with_one_is_left_as_it_is(text: str) -> None:
    assert without_fence(text) == text
    assert data_without_fence(text.encode()) == text.encode()


def test_bytes_that_are_no_text_are_left_for_others_to_refuse() -> None:
    assert data_without_fence(b"``` a: \xff\n```\n") == b"a: \xff\n\n"
    assert data_without_fence(b"\xff```") == b"\xff```"


@given(st.text(alphabet="` a:\n\r-"), st.booleans())
def test_lines_stay_as_many_as_they_were(text: str, fenced: bool) -> None:
    text = f"```{text}" if fenced else text
    assert without_fence(text).count("\n") == text.count("\n")
