import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import octavo.__main__
from renderer.cli import check
from renderer.cli.commands import COMMANDS
from renderer.cli.output import busy
from renderer.errors import OutputError

Octavo = Callable[..., Any]
PROGRAM = [sys.executable, "-m", "octavo"]


def test_without_a_command_the_commands_are_listed(octavo: Octavo) -> None:
    said = octavo()
    assert (said.status, said.out) == (2, "")
    for name, command in COMMANDS.items():
        assert f"  {name:<11}{command.purpose}\n" in said.err
    assert octavo("--help") == (0, said.err, "")


def test_the_front_door_and_this_room_say_the_same_of_each_command() -> None:
    front = {name: command.purpose for name, command in octavo.__main__.COMMANDS.items()}
    here = {name: command.purpose for name, command in COMMANDS.items()}
    assert {name: front[name] for name in here} == here


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("rendr", 'did you mean "render"?'),
        ("xyzzy", "`octavo --help` lists the commands"),
        ("--verbose", "`octavo --help` lists the commands"),
    ],
)
def test_an_unknown_command_is_wrong_usage(word: str, hint: str, octavo: Octavo) -> None:
    assert octavo(word) == (2, "", f'octavo: there is no command "{word}"; {hint}\n')


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (OutputError("the disk is full"), 1, "octavo check: the disk is full\n"),
        (
            PermissionError(13, "Permission denied", "a.yaml"),
            1,
            "octavo: a.yaml: Permission denied\n",
        ),
        (OSError(28, "No space left on device"), 1, "octavo: output: No space left on device\n"),
    ],
)
def test_whatever_happens_is_said_in_words(
    raised: BaseException,
    status: int,
    said: str,
    octavo: Octavo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(_: object) -> int:
        raise raised

    monkeypatch.setattr(check, "run", run)
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert octavo("check") == (status, "", said)


@pytest.mark.usefixtures("tree")
def test_a_user_runs_it_from_a_shell() -> None:
    done = run("render", "research/churn")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kind: StatefulSet\n" in done.stdout
    assert run("check").stderr == "1 warning in 2 notebooks\n"
    assert run("render").returncode == 2
    assert run("explain", "research/nothing").returncode == 1


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_output_is_utf8_whatever_the_locale(tree: Path) -> None:
    file = tree / "notebooks/research/churn.yaml"
    file.write_text(file.read_text().replace("value: notebook", "value: größer 日本"))
    done = run("render", "research/churn", PYTHONIOENCODING="latin-1", LC_ALL="C")
    assert done.returncode == 0
    assert "größer 日本" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_trouble(tree: Path) -> None:
    file = tree / "notebooks/research/churn.yaml"
    file.write_text(file.read_text().replace("value: notebook", f"value: {'x' * 200_000}"))
    with subprocess.Popen(
        [*PROGRAM, "render", "research/churn"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(3)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) in {0, 141}


def test_an_interrupt_ends_it_quietly(tree: Path) -> None:
    fifo = tree / "wait"
    os.mkfifo(fifo)
    script = (
        "import sys; from renderer.cli import check, main;"
        f"check.run = lambda _: open({str(fifo)!r}).read();"
        "sys.exit(main(['check']))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as process:
        writer = os.open(fifo, os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        assert process.stderr.read() == b""
        assert process.wait(60) == 130
        os.close(writer)


def on_a_terminal(*words: str, **environment: str) -> str:
    """All that a terminal shows."""
    leader, follower = pty.openpty()
    cleaned = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(
        [*PROGRAM, *words],
        stdout=follower,
        stderr=follower,
        env={**cleaned, "TERM": "xterm", **environment},
    ) as process:
        os.close(follower)
        shown = b""
        while chunk := read_some(leader):
            shown += chunk
        process.wait(60)
    os.close(leader)
    return shown.decode()


def read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.mark.usefixtures("tree")
def test_colour_is_for_terminals() -> None:
    assert "\x1b[33mwarning\x1b[0m" in on_a_terminal("check")
    assert "\x1b[33m" not in on_a_terminal("check", NO_COLOR="1")
    assert "\x1b[33m" not in on_a_terminal("check", TERM="dumb")
    assert "\x1b" not in run("check").stdout


def test_only_one_process_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with busy("checking") as progress:
        assert progress
        progress(50)
        monkeypatch.setattr(os, "getpid", lambda: 0)
        progress(100)
    shown = capsys.readouterr().err
    assert "checking ... 50" in shown
    assert "100" not in shown


@pytest.mark.usefixtures("tree")
def test_progress_is_for_terminals_and_goes_away() -> None:
    shown = on_a_terminal("check")
    assert "checking ..." in shown
    assert shown.index("checking ...") < shown.index("\r\x1b[K") < shown.index("warning")
    assert "checking" not in run("check").stderr


@pytest.mark.usefixtures("tree")
def test_one_notebook_starts_fast() -> None:
    """What only other commands need is not imported for one notebook."""
    script = (
        "import sys; from renderer.cli import main; main(['render', 'research/churn']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    modules = set(done.stderr.split())
    assert "renderer.cli.render" in modules
    unwanted = {"kubernetes", "git", "yaml", "jsonschema", "difflib", "multiprocessing", "typer"}
    rooms = {f"renderer.cli.{name}" for name in COMMANDS if name != "render"}
    assert not modules & (unwanted | rooms)
