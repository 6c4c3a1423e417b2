"""A slip of the pen is recognised; another word is not."""

from __future__ import annotations

import time

import pytest

from renderer.schema.suggest import did_you_mean


@pytest.mark.parametrize(
    ("word", "candidates", "said"),
    [
        ("Notebok", ["Notebook", "Template"], 'did you mean "Notebook"?'),
        ("auto", ["Auto", "Always"], 'did you mean "Auto"?'),
        ("NOTEBOOK", ["Notebook"], 'did you mean "Notebook"?'),
        ("envs", {"env", "image"}, 'did you mean "env"?'),
        ("ConfigMap", ["Notebook", "Template"], ""),
        ("x", [], ""),
        ("a" * 101, ["a" * 101], ""),
        ("names", ["name" * 26, "name"], 'did you mean "name"?'),
        ("option-7o", [f"option-{n}" for n in range(5_000)], 'did you mean "option-7"?'),
        ("", ["a"], ""),
    ],
)
def test_the_most_similar_candidate_is_named(word: str, candidates: list[str], said: str) -> None:
    assert did_you_mean(word, candidates) == said


def test_a_guess_among_very_many_is_made_soon() -> None:
    candidates = [f"option-{number}-of-many" for number in range(20_000)]
    started = time.process_time()
    for number in range(20):
        did_you_mean(f"opton-{number}-of-many", candidates)
    assert time.process_time() - started < 4
