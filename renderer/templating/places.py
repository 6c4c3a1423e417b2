"""Where in a chart something went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from renderer.errors import Problem
from renderer.position import COLUMN_BITS, MAX_COLUMN, Position
from renderer.templating.faults import described, place_of


def is_library(name: str) -> bool:
    return name.rpartition("/")[2].startswith("_")


def problem(name: str, fault: Exception, variables: Iterable[str]) -> Problem:
    message, hint = described(fault, variables)
    place = place_of(fault.__traceback__)
    if place is None:
        place = name, getattr(fault, "lineno", None) or 1
    return Problem(_position(*place), message, "", hint)


def _position(name: str, line: int) -> Position:
    """Lines of YAML files hold their column, too; those of libraries are Jinja's own."""
    if is_library(name):
        return Position(name, line, 1)
    return Position(name, line >> COLUMN_BITS or 1, line & MAX_COLUMN or 1)
