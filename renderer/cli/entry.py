"""From words to an exit code: 0 is fine, 1 trouble with the input, 2 wrong usage."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Protocol, cast

from renderer.cli.commands import COMMANDS
from renderer.errors import InputError, OctavoError, UsageError

FINE, TROUBLE, WRONG_USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141


class Room(Protocol):
    """What the module of a command offers."""

    def parser(self) -> ArgumentParser: ...
    def run(self, arguments: Namespace) -> int: ...


def main(argv: Sequence[str]) -> int:
    """Runs one command; everything that can go wrong is said in words."""
    _write_utf8()
    try:
        status = _run(*_command_of(list(argv)))
        sys.stdout.flush()
    except SystemExit as end:  # argparse has said what there is to say
        return end.code if isinstance(end.code, int) else WRONG_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_went_away()
    except OSError as error:
        return complain(error)
    return status


def complain(error: OSError) -> int:
    """Says what the system refused."""
    sys.stderr.write(f"octavo: {error.filename or 'output'}: {error.strerror or error}\n")
    return TROUBLE


def room(name: str) -> Room:
    """The module of a command."""
    return cast("Room", import_module(f"renderer.cli.{COMMANDS[name].module}"))


def _command_of(words: list[str]) -> tuple[str, list[str]]:
    """The command and its words, wherever `-C DIR` stands."""
    tree: list[str] = []
    while words and words[0].startswith("-C"):
        count = 2 if words[0] == "-C" else 1
        tree, words = words[:count], words[count:]
    return (words[0], [*tree, *words[1:]]) if words else ("", tree)


def _run(name: str, words: list[str]) -> int:
    if name in {"", "-h", "--help"}:
        (sys.stdout if name else sys.stderr).write(_help())
        return FINE if name else WRONG_USAGE
    if name not in COMMANDS:
        return _unknown(name)
    command = room(name)
    return answered(name, command.run, command.parser().parse_args(words))


def answered(name: str, run: Callable[[Namespace], int], arguments: Namespace) -> int:
    """What a command ends with; its errors are said in words."""
    try:
        return run(arguments)
    except InputError as error:
        from renderer.cli.output import say_problems

        output = getattr(arguments, "out", None)
        say_problems(error.problems, arguments.tree, *[output] if output else [])
        return TROUBLE
    except UsageError as error:
        sys.stderr.write(f"octavo {name}: {error}\n`octavo {name} --help` has examples\n")
        return WRONG_USAGE
    except OctavoError as error:
        sys.stderr.write(f"octavo {name}: {error}\n")
        return TROUBLE


def _help() -> str:
    commands = "\n".join(f"  {name:<11}{command.purpose}" for name, command in COMMANDS.items())
    return (
        "usage: octavo [-C DIR] COMMAND [ARGUMENT...]\n\n"
        f"{commands}\n\n"
        "`octavo COMMAND --help` says more about one command.\n"
    )


def _unknown(name: str) -> int:
    from renderer.schema.suggest import did_you_mean

    hint = did_you_mean(name, COMMANDS) or "`octavo --help` lists the commands"
    sys.stderr.write(f'octavo: there is no command "{name}"; {hint}\n')
    return WRONG_USAGE


def _write_utf8() -> None:
    """The same bytes on every machine, whatever its locale."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if stream.encoding.lower() != "utf-8":
            with suppress(AttributeError):
                stream.reconfigure(encoding="utf-8", errors=errors)  # type: ignore[union-attr]


def _reader_went_away() -> int:
    """Leaves quietly when the reader of a pipe has seen enough, as `octavo ... | head` does."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
