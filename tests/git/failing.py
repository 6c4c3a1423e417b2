"""A git that fails at one command, as a sick disk or a kill would have it, and does all others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMPLAINT = "fatal: the disk answers no more"
# How it ends, as the shell says it.
WITH_WORDS = f"echo '{COMPLAINT}' >&2; exit 128"
AS_IF_NOTHING_WERE_THERE = f"echo '{COMPLAINT}' >&2; exit 1"
HALF_WAY = f"printf 'half\\0'; {WITH_WORDS}"
KILLED = "kill -KILL $$"
WITHOUT_A_WORD = "exit 1"


@contextmanager
def failing(place: Path, command: str, how: str = WITH_WORDS) -> Iterator[None]:
    """Whoever runs git meanwhile finds this one; `command` is a part of its words."""
    place.mkdir()
    program = place / "git"
    program.write_text(
        f'#!/bin/sh\ncase " $* " in *" {command} "*) {how};; esac\n'
        f'exec {shutil.which("git")} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{place}:{os.environ['PATH']}")
        yield
    program.unlink()
    place.rmdir()
