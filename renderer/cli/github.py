"""Problems as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from renderer.cli.reports import remarks
from renderer.cli.terminal import printable
from renderer.errors import Problem


def commands(problems: Iterable[Problem]) -> str:
    """One `::error` or `::warning` a problem."""
    return "".join(map(_command, problems))


def _command(problem: Problem) -> str:
    place = problem.position
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": "octavo"}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "\n".join([printable(problem.message), *remarks(problem)])
    return f"::{problem.severity.value} {written}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(printable(value)).replace(":", "%3A").replace(",", "%2C")
