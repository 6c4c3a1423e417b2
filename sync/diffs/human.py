"""A plan for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from sync.diffs.change import Change, bundles, counts, summary
from sync.diffs.lines import Line, Sign, lines_of, title
from sync.diffs.text import printable

PENS = {Sign.ADD: "32", Sign.REMOVE: "31", Sign.CHANGE: "33", Sign.NOTE: "36"}
BOLD = "1"
Paint: TypeAlias = Callable[[str, str], str]


def human(changes: Collection[Change], *, color: bool = False) -> str:
    """By bundle, by object, field by field; the last line says what it comes to."""
    lines = list(_lines(changes, _colored if color else _plain))
    end = f"{summary(counts(changes))}\n"
    return "\n".join([*lines, "", end]) if lines else end


def _lines(changes: Collection[Change], paint: Paint) -> Iterator[str]:
    for bundle, members in bundles(changes):
        yield paint(printable(bundle), BOLD)
        for change in members:
            yield f"  {_written(title(change), paint)}"
            for line in lines_of(change):
                yield f"      {_written(line, paint)}"


def _written(line: Line, paint: Paint) -> str:
    return paint(f"{line.sign} {line.text}", PENS[line.sign])


def _colored(text: str, pen: str) -> str:
    return f"\x1b[{pen}m{text}\x1b[0m"


def _plain(text: str, _pen: str) -> str:
    return text
