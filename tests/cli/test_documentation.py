"""Every command and option is documented, and what is documented works."""

import re
import shlex
import shutil
import subprocess
from argparse import Action
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from renderer.cli.commands import COMMANDS
from renderer.cli.entry import room

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## octavo (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
EXAMPLES = re.findall(r"^\$ octavo (.*)$", TEXT, re.MULTILINE)
COMMON = {"-h", "--help", "-C"}


def actions() -> Iterator[tuple[str, Action]]:
    for name in COMMANDS:
        for action in room(name).parser()._actions:  # noqa: SLF001 - argparse has no other list
            yield name, action


OPTIONS = [
    (name, option)
    for name, action in actions()
    for option in action.option_strings
    if option not in COMMON
]
CHOICES = [
    (name, f"{action.option_strings[0]} {choice}")
    for name, action in actions()
    if action.choices and action.option_strings
    for choice in action.choices
]


def test_the_commands_that_are_documented_are_those_that_exist() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize(("command", "option"), [*OPTIONS, *CHOICES])
def test_every_option_is_documented(command: str, option: str) -> None:
    assert re.search(rf"`{re.escape(option)}[` ]", SECTIONS[command])


@pytest.mark.parametrize("command", SECTIONS)
def test_every_documented_option_exists(command: str) -> None:
    documented = set(re.findall(r"^\| `(--[\w-]+)", SECTIONS[command], re.MULTILINE))
    assert documented <= {option for name, option in OPTIONS if name == command}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_examples_that_work(
    command: str, octavo: Callable[..., Any], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample)
    said = octavo(command, "--help")
    assert (said.status, said.err) == (0, "")
    assert COMMANDS[command].purpose[1:] in said.out
    _, found, examples = said.out.partition("examples:\n")
    assert found
    lines = [re.split(r"  +", line.strip())[0] for line in examples.splitlines() if line.strip()]
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert words[0] == "octavo"
        assert octavo(*words[1:]).status == 0, line


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of the sample tree, in a repository."""
    root = tmp_path / "sample"
    for name in ("catalog", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "octavo.yaml", root)
    for samples in ("imports", "cli"):
        shutil.copytree(ROOT / "tests" / samples / "samples", root, dirs_exist_ok=True)
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "a"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", "-C", root, *words], check=True)
    return root


def test_every_documented_command_works_in_the_sample_tree(
    octavo: Callable[..., Any], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample)
    assert len(EXAMPLES) > len(COMMANDS)
    for example in EXAMPLES:
        said = octavo(*shlex.split(example))
        assert (example, said.status, said.err) == (example, 0, said.err)
