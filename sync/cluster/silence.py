"""A server that nobody has heard of for long is not waited for by every request anew."""

from __future__ import annotations

import threading
import time

PROBE_EVERY = 1.0


class Silence:
    """Safe to use from many threads; one success ends it."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._since: float | None = None
        self._words = ""
        self._next_probe = 0.0

    def heard(self) -> None:
        self._since = None

    def lost(self, asked_at: float, words: str) -> None:
        """Nothing came of a request."""
        with self._lock:
            self._words = words
            if self._since is None:
                self._since = asked_at

    @property
    def is_long(self) -> bool:
        since = self._since
        return since is not None and time.monotonic() - since >= self._patience

    def instead_of_asking(self) -> str:
        """What was wrong, while it is long; every second somebody may try all the same."""
        if not self.is_long:
            return ""
        with self._lock:
            now = time.monotonic()
            if now >= self._next_probe:
                self._next_probe = now + PROBE_EVERY
                return ""
            return self._words
