"""Collects what is wrong with one file while its events are read."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from renderer.errors import Problem
from renderer.position import Document, Position, pack
from renderer.yamlio.limits import MAX_PROBLEMS

DIRECTIVES_REFUSED = "YAML directives (% lines) are not supported"
_SHOWN_KEY_LENGTH = 60


class StopReadingError(Exception):
    """There is no use in reading on; the problems collected so far say why."""


class Complaints:
    """The problems of one file, each at the place of an event."""

    __slots__ = ("file", "problems")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(
        self, event: Any, message: str, expected: str = "", hint: str = "", there: int | None = None
    ) -> None:
        others = () if there is None else (self._position(there),)
        here = self._position(place(event))
        self.problems.append(Problem(here, message, expected, hint, others))
        if len(self.problems) >= MAX_PROBLEMS:
            raise StopReadingError

    def give_up(self, event: Any, message: str, expected: str) -> NoReturn:
        self.add(event, message, expected)
        raise StopReadingError

    def _position(self, packed: int) -> Position:
        return Document(self.file, None, (packed, None)).at()


def place(event: Any) -> int:
    """Where the event begins, as marks hold it."""
    mark = event.start_mark
    return pack(mark.line, mark.column)


def shown_key(key: str) -> str:
    """The key, cut and escaped to be safe in a message."""
    return json.dumps(key[:_SHOWN_KEY_LENGTH])
