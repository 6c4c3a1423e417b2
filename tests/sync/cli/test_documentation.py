"""Every command and option of the agent is documented, and no other."""

import re
from argparse import Action
from collections.abc import Iterator
from pathlib import Path

import pytest

from octavo.__main__ import main
from sync.cli.commands import COMMANDS
from sync.cli.entry import room

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/sync.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(
    re.findall(r"^## octavo (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
)
SHARED = SECTIONS["sync"].partition("Options that `octavo diff` shares")[2]


def actions() -> Iterator[tuple[str, Action]]:
    for name in COMMANDS:
        for action in room(name).parser()._actions:  # noqa: SLF001 - argparse has no other list
            yield name, action


OPTIONS = [
    (name, option)
    for name, action in actions()
    for option in action.option_strings
    if option not in {"-h", "--help"}
]
CHOICES = [
    (name, f"{action.option_strings[0]} {choice}")
    for name, action in actions()
    if action.choices and action.option_strings
    for choice in action.choices
]


def documented(command: str) -> str:
    return SECTIONS[command] + (SHARED if command == "diff" else "")


def test_the_commands_that_are_documented_are_those_that_exist() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize(("command", "option"), [*OPTIONS, *CHOICES])
def test_every_option_is_documented(command: str, option: str) -> None:
    assert re.search(rf"`{re.escape(option)}[` ]", documented(command))


@pytest.mark.parametrize("command", SECTIONS)
def test_every_documented_option_exists(command: str) -> None:
    found = set(re.findall(r"^\| `(--[\w-]+)", documented(command), re.MULTILINE))
    assert found <= {option for name, option in OPTIONS if name == command}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_the_purpose_and_has_examples(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert COMMANDS[command].purpose[1:] in said
    assert f"octavo {command}" in said.partition("examples:\n")[2]


def test_a_directory_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", "/nowhere", "crd"]) == 2
    assert capsys.readouterr().err == "octavo: -C /nowhere: No such file or directory\n"


def test_a_second_source_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--from", "a", "--repo", "b"]) == 2
    assert "--from and --repo name two sources: give one" in capsys.readouterr().err
