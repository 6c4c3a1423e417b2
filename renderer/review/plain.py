"""A review as text for a terminal, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from renderer.diffs import lines_of
from renderer.output import Difference
from renderer.position import Position
from renderer.review.outline import headline, sections, verdict
from renderer.review.ownership import whose
from renderer.review.review import Review
from renderer.review.said import visible

Differences = Iterable[tuple[str, list[Difference]]]


def text(review: Review, differences: Differences) -> Iterator[str]:
    """Line by line, all of it."""
    yield f"{headline(review)}"
    yield verdict(review).with_names(visible)
    for section in sections(review):
        yield from ("", f"{section.title}:")
        yield from (f"  {line.with_names(visible)}" for line in section.lines)
    if review.problems:
        yield from ("", "Problems:")
        for problem in review.problems:
            yield from (f"  {visible(line)}" for line in str(problem).splitlines())
    for _, files in differences:
        for each in files:
            yield from ("", *(visible(line) for line in lines_of(each)))


def as_data(review: Review, differences: Differences) -> dict[str, Any]:
    """Everything, by words that stay."""
    actor = review.actor
    return {
        "fine": review.is_fine,
        "actor": None
        if actor is None
        else {"login": actor.login, "user": actor.user, "admin": actor.is_admin},
        "refusals": [{"message": str(r.what), "file": r.file} for r in review.refusals],
        "problems": [
            {
                "severity": problem.severity.value,
                **_place(problem.position),
                "message": problem.message,
            }
            for problem in review.problems
        ],
        "notebooks": [
            {
                "name": each.name,
                "change": each.deed.value,
                "owner": whose((each.base or each.head)[0].notebook),
                "files": sorted({one.file for one in (*each.base, *each.head)}),
            }
            for each in review.affairs
        ],
        "effects": [
            {
                "name": "/".join(impact.identity),
                "target": impact.target,
                "kind": effect.kind.name.lower(),
                "message": str(effect.what),
            }
            for impact in review.impacts
            for effect in impact.effects
        ],
        "shared": [
            {"name": each.name, "change": each.deed.value, "notebooks": each.notebooks}
            for each in review.reaches
        ],
        "others": list(review.others),
        "notes": list(review.notes),
        "differences": [
            {"name": name, "diff": [line for each in files for line in lines_of(each)]}
            for name, files in differences
        ],
    }


def _place(position: Position) -> dict[str, Any]:
    return {"file": position.file, "line": position.line, "column": position.column}
