"""How many requests may be on their way at once: fewer when the server asks for less."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class GateClosedError(Exception):
    """Nobody goes through any more."""


class GateTimeoutError(Exception):
    """It was not one's turn in time."""


# Where it was refused before, the gate widens so many times more slowly: a refusal costs a second.
CAREFULLY = 256


class Gate:
    """Halves when the server says "too many", widens slowly while it does not."""

    def __init__(self, limit: int) -> None:
        self._limit = float(limit)
        self._width = float(limit)
        self._inside = 0
        self._open_at = 0.0
        self._narrowed_at = 0.0
        self._refused_at = limit + 1
        self._closed = False
        self._turn = threading.Condition()

    @property
    def width(self) -> int:
        return int(self._width)

    @contextmanager
    def turn(self, until: float | None) -> Iterator[None]:
        """Wait for one's turn, not longer than `until`."""
        self._enter(until)
        try:
            yield
        finally:
            with self._turn:
                self._inside -= 1
                self._turn.notify()

    def throttled(self, asked_at: float, pause: float) -> None:
        """Everybody waits; what was asked before the last narrowing narrows no further."""
        with self._turn:
            self._open_at = max(self._open_at, time.monotonic() + pause)
            if asked_at >= self._narrowed_at:
                self._refused_at = int(self._width)
                self._width = max(1.0, self._width / 2)
                self._narrowed_at = time.monotonic()

    def served(self) -> None:
        if self._width < self._limit:
            with self._turn:
                step = 1 / self._width
                if int(self._width) + 1 == self._refused_at:
                    step /= CAREFULLY
                self._width = min(self._limit, self._width + step)
                self._turn.notify()

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def _enter(self, until: float | None) -> None:
        with self._turn:
            while (wait := self._to_wait(until)) is None or wait > 0:
                self._turn.wait(wait)
            self._inside += 1

    def _to_wait(self, until: float | None) -> float | None:
        """0: go; None: until somebody comes out; else seconds, at most."""
        if self._closed:
            raise GateClosedError
        now = time.monotonic()
        if until is not None and now >= until:
            raise GateTimeoutError
        if now < self._open_at:
            return min(self._open_at, until or self._open_at) - now
        if self._inside < int(self._width):
            return 0
        return None if until is None else until - now
