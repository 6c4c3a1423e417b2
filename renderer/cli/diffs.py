"""Differences as people read them on a terminal."""

from __future__ import annotations

from renderer.cli.terminal import Pen, Style, printable
from renderer.diffs import change_of, lines_of
from renderer.output import Difference

__all__ = ["change_of", "unified"]

HEADINGS = 2
STYLES = {"+": Style.GREEN, "-": Style.RED, "@": Style.CYAN}


def unified(difference: Difference, directory: str, pen: Pen) -> str:
    """The unified diff of one file, with the data of Secrets masked."""
    lines = lines_of(difference, directory)
    return "".join(f"{_painted(line, number, pen)}\n" for number, line in enumerate(lines))


def _painted(line: str, number: int, pen: Pen) -> str:
    style = Style.BOLD if number < HEADINGS else STYLES.get(line[:1])
    return pen(printable(line), style) if style else printable(line)
