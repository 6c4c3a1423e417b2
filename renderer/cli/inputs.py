"""What a command is given to read: a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from renderer.errors import UsageError

STANDARD_INPUT = "-"


def read(name: str) -> tuple[str, bytes]:
    """What to call it, and what is in it; `-` is standard input."""
    if name != STANDARD_INPUT:
        return name, Path(name).read_bytes()
    if sys.stdin.isatty():
        message = "name a file, or pipe something in"
        raise UsageError(message)
    return "standard input", sys.stdin.buffer.read()
