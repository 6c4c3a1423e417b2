"""What is said of files that cannot be read, whatever tree they are of."""

from __future__ import annotations

import re

from renderer.errors import Problem
from renderer.position import Position
from renderer.yamlio.limits import MAX_BYTES

SETTINGS = "octavo.yaml"
YAML = (".yaml", ".yml", ".json")
# Directories in directories; deeper than this is no catalog.
MAX_NESTING = 60
# Control characters, and bytes that are not UTF-8 as Python tells of them.
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")


def is_printable(name: str) -> bool:
    return _UNPRINTABLE.search(name) is None


def is_outside(directory: str) -> bool:
    """Whether a normalized path from the root leads out of the tree."""
    return directory.startswith(("/", ".."))


def outside(directory: str) -> Problem:
    message = f"the directory {directory} lies outside the source tree"
    return problem(SETTINGS, message, "a directory below the one of octavo.yaml")


def leads_out(name: str) -> Problem:
    message = "this symbolic link leads out of the source tree"
    return problem(name, message, "a link to a file of this tree")


def unprintable(name: str) -> Problem:
    message = "the name of this file holds bytes that cannot be shown"
    return problem(name, message, "a name in UTF-8 without control characters")


def too_deep(name: str) -> Problem:
    expected = f"at most {MAX_NESTING} directories in one another"
    return problem(name, "the directories are nested too deeply", expected)


def too_large(name: str, size: int) -> Problem:
    return problem(name, f"the file has {size:,} bytes", f"at most {MAX_BYTES:,} bytes in a file")


def not_regular(name: str) -> Problem:
    return problem(name, "this is no regular file", "a file of YAML")


def unreadable(name: str, what: str, reason: str | None) -> Problem:
    return problem(name, f"the {what} cannot be read: {reason}")


def problem(name: str, message: str, expected: str = "") -> Problem:
    return Problem(Position(_shown(name), 1, 1), message, expected)


def _shown(name: str) -> str:
    """A name with what a terminal would not show written as escapes."""
    text = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return _UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
