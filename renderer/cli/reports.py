"""Problems as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from renderer.cli.terminal import Pen, Style, counted, printable
from renderer.errors import Problem, Severity
from renderer.position import Position

COLOURS = {Severity.ERROR: Style.RED, Severity.WARNING: Style.YELLOW}


def text(problems: Iterable[Problem], pen: Pen) -> str:
    """`file:line:column: error: what is wrong`, and below it what helps."""
    return "".join(f"{line}\n" for problem in problems for line in _lines(problem, pen))


def _lines(problem: Problem, pen: Pen) -> list[str]:
    place = pen(printable(problem.position), Style.BOLD)
    severity = pen(problem.severity.value, COLOURS[problem.severity])
    return [
        f"{place}: {severity}: {printable(problem.message)}",
        *(f"  {line}" for line in remarks(problem)),
    ]


def remarks(problem: Problem) -> list[str]:
    """What is said below the message, safe to print."""
    return [printable(remark) for remark in problem.remarks()]


def counts(problems: Sequence[Problem], notebooks: int) -> str:
    """`3 errors, 1 warning in 42 notebooks`."""
    kinds = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(problem.severity is severity for problem in problems))
    ]
    return f"{', '.join(kinds) or 'no problems'} in {counted(notebooks, 'notebook')}"


def as_json(problems: Sequence[Problem], notebooks: int) -> str:
    """One object: the counts, and the problems in order."""
    report = {
        "notebooks": notebooks,
        "errors": sum(problem.severity is Severity.ERROR for problem in problems),
        "warnings": sum(problem.severity is Severity.WARNING for problem in problems),
        "problems": [_plain(problem) for problem in problems],
    }
    return json.dumps(report, indent=2) + "\n"


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity.value,
        **_place(problem.position),
        "message": problem.message,
        "expected": problem.expected,
        "hint": problem.hint,
        "there": [_place(place) for place in problem.there],
    }


def _place(position: Position) -> dict[str, Any]:
    return {"file": position.file, "line": position.line, "column": position.column}
