"""Every file in `positive/` is fine; beside every file in `negative/` stands what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import Problem
from renderer.parse import parse_document, parse_settings
from renderer.yamlio import load_all

EXAMPLES = Path(__file__).parent / "examples"
SETTINGS = ("settings", "octavo")


def found(*below: str) -> list[str]:
    folder = EXAMPLES.joinpath(*below)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.yaml"))


def problems_of(path: Path) -> tuple[Problem, ...]:
    [document] = load_all(path.read_bytes(), path.name)
    if path.parent.name in SETTINGS or path.stem in SETTINGS:
        return parse_settings(document)[1]
    return parse_document(document).problems


@pytest.mark.parametrize("name", found("positive"))
def test_a_good_example_has_no_problem(name: str) -> None:
    assert problems_of(EXAMPLES / "positive" / name) == ()


@pytest.mark.parametrize("name", found("negative"))
def test_a_bad_example_is_explained_word_by_word(name: str) -> None:
    path = EXAMPLES / "negative" / name
    said = "".join(f"{problem}\n" for problem in problems_of(path))
    assert said
    assert said == path.with_suffix(".txt").read_text(encoding="utf-8")
