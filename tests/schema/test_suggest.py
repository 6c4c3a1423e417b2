"""A slip of the pen is recognised; another word is not."""

from __future__ import annotations

import pytest

from renderer.schema.suggest import did_you_mean


@pytest.mark.parametrize(
    ("word", "candidates", "said"),
    [
        ("Notebok", ["Notebook", "Template"], 'did you mean "Notebook"?'),
        ("auto", ["Auto", "Always"], 'did you mean "Auto"?'),
        ("envs", {"env", "image"}, 'did you mean "env"?'),
        ("ConfigMap", ["Notebook", "Template"], ""),
        ("x", [], ""),
        ("", ["a"], ""),
    ],
)
def test_the_most_similar_candidate_is_named(word: str, candidates: list[str], said: str) -> None:
    assert did_you_mean(word, candidates) == said
