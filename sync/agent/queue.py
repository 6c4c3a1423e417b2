"""Which bundles are due, and when. Pure: the clock and chance are the caller's.

Trouble and repeated repairs wait longer each time; whatever is asked for often is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

FIRST, LONGEST = 1.0, 300.0
NEEDLESS = 2.0
CALM = 600.0
JITTER = 0.25


@dataclass(slots=True)
class _Past:
    due: float = 0.0
    attempts: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Queue:
    """Bundles by the time when they are due; `chance` gives numbers from 0 to 1."""

    chance: Callable[[], float]
    _due: dict[str, float] = field(default_factory=dict)
    _past: dict[str, _Past] = field(default_factory=dict)

    def ask(self, directory: str, now: float, delay: float = 0.0) -> None:
        """Let a bundle be done soon, but no sooner than its past allows."""
        past = self._past.get(directory)
        due = max(now + delay, past.due if past else 0.0)
        self._due[directory] = min(due, self._due.get(directory, due))

    def tried(self, directory: str, now: float, *, again: bool) -> None:
        """Note trouble or a repair; with `again` the bundle is due once more by itself."""
        past = self._past_of(directory, now)
        pause = min(FIRST * 2 ** min(past.attempts, 30), LONGEST)
        past.attempts += 1
        self._pause(directory, past, now, pause)
        if again:
            self._due[directory] = past.due

    def needless(self, directory: str, now: float) -> None:
        """Note that a bundle was asked for and nothing was to be done."""
        self._pause(directory, self._past_of(directory, now), now, NEEDLESS)

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

    def _past_of(self, directory: str, now: float) -> _Past:
        past = self._past.get(directory)
        if past is None or now - past.last > CALM:
            past = self._past[directory] = _Past()
        past.last = now
        return past

    def _pause(self, directory: str, past: _Past, now: float, pause: float) -> None:
        jittered = pause * (1 - JITTER + 2 * JITTER * self.chance())
        past.due = max(past.due, now + jittered)
        if directory in self._due:
            self._due[directory] = max(self._due[directory], past.due)
