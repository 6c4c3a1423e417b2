"""The commands that the documents name are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

from octavo.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"^([a-z-]+):", re.MULTILINE)


def said_in_code(pattern: str) -> set[str]:
    """The words that follow this one where the documents show code."""
    shown = [code for each in DOCUMENTS for code in CODE.findall(each.read_text())]
    return {word for code in shown for word in re.findall(pattern, code)}


def test_every_command_is_documented_and_no_other() -> None:
    documented = said_in_code(r"(?<![\w/.-])octavo (?:-C \S+ )?([a-z]+)\b")
    assert documented == set(COMMANDS)


def test_every_make_target_that_is_documented_exists() -> None:
    rules = set(RULE.findall((ROOT / "Makefile").read_text()))
    documented = said_in_code(r"\bmake ([a-z-]+)")
    assert {"demo", "test"} <= documented
    assert documented <= rules


def test_make_explains_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    explained = set(re.findall(r"^([a-z-]+):.*## .", text, re.MULTILINE))
    assert set(RULE.findall(text)) - explained == {"help", "programs"}
