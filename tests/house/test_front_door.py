"""The front door answers at once, and opens a room only when it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from octavo.__main__ import COMMANDS, main

LOADED = """
import json, sys
before = set(sys.modules)
from octavo.__main__ import main
status = main({words})
print(json.dumps([status, sorted(set(sys.modules) - before)]))
"""


def answer_with(monkeypatch: pytest.MonkeyPatch, run: Callable[[list[str]], int]) -> None:
    """Put a stand-in behind the door."""
    room = ModuleType("renderer.cli")
    room.__dict__["main"] = run
    monkeypatch.setitem(sys.modules, "renderer.cli", room)


def loaded_by(*words: str) -> tuple[int, set[str]]:
    """The exit code, and the packages that a fresh Python imports for this command line."""
    code = LOADED.format(words=list(words))
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    status, modules = json.loads(done.stdout.splitlines()[-1])
    return status, {name.partition(".")[0] for name in modules}


def test_help_imports_no_room_and_no_library() -> None:
    status, modules = loaded_by("--help")
    assert status == 0
    assert modules - sys.stdlib_module_names == {"octavo"}
    assert "argparse" not in modules


def test_the_version_is_found_without_opening_a_room() -> None:
    status, modules = loaded_by("--version")
    assert status == 0
    assert modules - sys.stdlib_module_names == {"octavo"}


def test_help_has_a_line_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert f"  {name} " in said
        assert command.purpose in said
    assert max(map(len, said.splitlines())) <= 90


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ([], 2, "usage: octavo"),
        (["rendr"], 2, 'there is no command "rendr"; did you mean "render"?'),
        (["frobnicate"], 2, '"frobnicate"; `octavo --help` lists the commands'),
        (["-C", "somewhere", "chck"], 2, 'did you mean "check"?'),
        (["help", "schemas"], 2, 'did you mean "schema"?'),
        (["-C"], 2, "usage: octavo"),
        (["--verbose"], 2, 'there is no command "--verbose"'),
    ],
)
def test_wrong_usage_is_told_on_standard_error(
    words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == status
    written = capsys.readouterr()
    assert said in written.err
    assert written.out == ""


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (["render", "a/b"], ["render", "a/b"]),
        (["-C", "tree", "check"], ["-C", "tree", "check"]),
        (["-Ctree", "check", "--format", "json"], ["-Ctree", "check", "--format", "json"]),
        (["help", "explain"], ["explain", "--help"]),
        (["new", "--help"], ["new", "--help"]),
    ],
)
def test_a_command_is_handed_to_its_room(
    words: list[str], heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def run(argv: list[str]) -> int:
        calls.append(argv)
        return 7

    answer_with(monkeypatch, run)

    assert main(words) == 7
    assert calls == [heard]


def test_the_door_and_the_rooms_know_the_same_commands() -> None:
    from renderer.cli.commands import COMMANDS as RENDERER
    from sync.cli.commands import COMMANDS as SYNC

    assert not RENDERER.keys() & SYNC.keys()
    assert {name: command.purpose for name, command in COMMANDS.items()} == {
        **{name: command.purpose for name, command in RENDERER.items()},
        **{name: command.purpose for name, command in SYNC.items()},
    }
