"""What a terminal shows: colour where it is wanted, and no text that could take it over."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

# Controls, what turns the direction of writing, and halves of characters.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Style(StrEnum):
    """How a piece of text may be shown."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in colour, or does not."""

    colour: bool = False

    def __call__(self, text: object, style: Style) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour else str(text)


def pen_for(stream: TextIO) -> Pen:
    """Colour on a terminal, unless NO_COLOR is set to anything."""
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Pen(not refused and stream.isatty())


def printable(text: object) -> str:
    """The text on one line; characters that nobody sees are spelled."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def counted(number: int, word: str) -> str:
    """`1 notebook`, `42 notebooks`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
