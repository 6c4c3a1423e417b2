"""Which bundles are due, and when. Pure: the clock and chance are the caller's.

Trouble and repeated repairs wait longer each time; whatever is asked for often is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

FIRST, LONGEST = 1.0, 300.0
CALM = 600.0
JITTER = 0.25


@dataclass(slots=True)
class _Bundle:
    due: float
    attempts: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Queue:
    """Bundles by the time when they are due; `chance` gives numbers from 0 to 1."""

    chance: Callable[[], float]
    _due: dict[str, float] = field(default_factory=dict)
    _past: dict[str, _Bundle] = field(default_factory=dict)

    def ask(self, directory: str, now: float, delay: float = 0.0) -> None:
        """Let a bundle be done soon, but no sooner than its past allows."""
        past = self._past.get(directory)
        due = max(now + delay, past.due if past else 0.0)
        self._due[directory] = min(due, self._due.get(directory, due))

    def tried(self, directory: str, now: float, *, again: bool) -> None:
        """Note that a bundle was worked at; with `again` it is due once more by itself."""
        past = self._past.get(directory)
        if past is None or now - past.last > CALM:
            past = self._past[directory] = _Bundle(now)
        past.attempts += 1
        past.last = now
        pause = min(FIRST * 2 ** (past.attempts - 1), LONGEST)
        past.due = now + pause * (1 - JITTER + 2 * JITTER * self.chance())
        if again:
            self._due[directory] = past.due
        elif directory in self._due:
            self._due[directory] = max(self._due[directory], past.due)

    def fine(self, directory: str) -> None:
        """Forget the past of a bundle that git has changed: it starts anew."""
        self._past.pop(directory, None)

    def take(self, now: float) -> list[str]:
        """Those that are due, which are then no longer asked for."""
        ready = sorted(each for each, due in self._due.items() if due <= now)
        for directory in ready:
            del self._due[directory]
        return ready

    def next(self) -> float | None:
        return min(self._due.values(), default=None)

    def keep(self, known: Callable[[str], bool], now: float) -> None:
        """Forget bundles that are no more, and pasts that are long gone."""
        self._due = {each: due for each, due in self._due.items() if known(each)}
        self._past = {
            each: past
            for each, past in self._past.items()
            if known(each) and now - past.last <= CALM
        }

    def __len__(self) -> int:
        return len(self._due)
