"""From words to an exit code: 0 is fine, 1 something to look at, 2 nothing could be done."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Protocol, cast

from sync.cli.commands import COMMANDS
from sync.cli.terminal import printable
from sync.errors import SyncError, UsageError

FINE, LOOK, TROUBLE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141


class Room(Protocol):
    """What the module of a command offers."""

    def parser(self) -> ArgumentParser: ...
    def run(self, arguments: Namespace) -> int: ...


def main(argv: Sequence[str]) -> int:
    """Run one command; everything that can go wrong is said in words."""
    words = list(argv)
    try:
        while words and words[0].startswith("-C"):
            words = _moved(words)
        status = _run(words[0], words[1:])
        sys.stdout.flush()
    except SystemExit as end:  # argparse has said what there is to say
        return end.code if isinstance(end.code, int) else TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _moved(words: list[str]) -> list[str]:
    """`-C DIR`: as if started there."""
    taken = 2 if words[0] == "-C" else 1
    directory = "".join(words[:taken])[2:]
    try:
        os.chdir(directory)
    except OSError as error:
        sys.stderr.write(f"octavo: -C {printable(directory)}: {error.strerror}\n")
        raise SystemExit(TROUBLE) from error
    return words[taken:]


def room(name: str) -> Room:
    """The module of a command."""
    return cast("Room", import_module(f"sync.cli.{COMMANDS[name].module}"))


def _run(name: str, words: list[str]) -> int:
    command = room(name)
    arguments = command.parser().parse_args(words)
    try:
        return command.run(arguments)
    except UsageError as error:
        sys.stderr.write(f"octavo {name}: {printable(error)}\n")
        sys.stderr.write(f"`octavo {name} --help` has examples\n")
    except SyncError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"octavo {name}: {printable(line)}\n")
    except OSError as error:
        words_of_it = f"{error.filename or 'output'}: {error.strerror or error}"
        sys.stderr.write(f"octavo {name}: {printable(words_of_it)}\n")
    return TROUBLE
