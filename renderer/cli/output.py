"""Saying things on standard output and standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from renderer.cli.places import Places
from renderer.cli.reports import text
from renderer.cli.terminal import pen_for
from renderer.errors import Problem, in_order


def say(written: str) -> None:
    """What was asked for."""
    sys.stdout.write(written)


def remark(line: str) -> None:
    """What is said beside it."""
    sys.stdout.flush()
    sys.stderr.write(f"{line}\n")


def say_problems(problems: Iterable[Problem], *roots: Path) -> None:
    """The problems, as they are found from here, on standard error."""
    places = Places(*roots)
    located = in_order(map(places.of_problem, problems))
    sys.stdout.flush()
    sys.stderr.write(text(located, pen_for(sys.stderr)))


@contextmanager
def busy(what: str) -> Iterator[Callable[[int], None] | None]:
    """Says on a terminal what takes long, and how far it is, until it is done."""
    if not sys.stderr.isatty():
        yield None
        return
    here = os.getpid()

    def progress(count: int) -> None:
        """Helpers count their own shares: one voice is enough."""
        if os.getpid() == here:
            sys.stderr.write(f"\r{what} ... {count or ''}")
            sys.stderr.flush()

    progress(0)
    try:
        yield progress
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
