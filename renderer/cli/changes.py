"""What became of bundles, or would become of them, as people read it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby

from renderer.cli.diffs import change_of, unified
from renderer.cli.output import say
from renderer.cli.terminal import counted, pen_for
from renderer.output import Change, Difference
from renderer.rendering import changes_of

__all__ = ["changes_of", "of_differences", "say_differences", "summed_up"]

NAMES_SHOWN = 20
Changes = Sequence[tuple[str, Change]]


def of_differences(differences: Sequence[Difference]) -> list[tuple[str, Change]]:
    """What a render would do to each bundle; the differences of one stand side by side."""
    by_bundle = groupby(differences, lambda item: item.name.rpartition("/")[0])
    return sorted((directory, change_of(list(files))) for directory, files in by_bundle)


def say_differences(differences: Sequence[Difference], place: str) -> None:
    """The differences as diffs of files below a place."""
    pen = pen_for(sys.stdout)
    for difference in differences:
        say(unified(difference, place, pen))


def summed_up(notebooks: int, changes: Changes) -> list[str]:
    """What changes, counted, and by name up to a number of names."""
    counts = [
        f"{number:,} {kind}"
        for kind in Change
        if (number := sum(found is kind for _, found in changes))
    ]
    what = f"bundles: {', '.join(counts)}" if counts else "nothing to change"
    head = f"{counted(notebooks, 'notebook')}; {what}"
    lines = [f"  {change:<8} {directory}" for directory, change in changes[:NAMES_SHOWN]]
    if len(changes) > NAMES_SHOWN:
        lines.append(f"  and {len(changes) - NAMES_SHOWN:,} more")
    return [head, *lines]
