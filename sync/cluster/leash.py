"""Cuts connections that are overdue, or whose owner was told to stop.

One thread looks after all of them: a timeout on each socket costs a sixth of all requests a second,
and nothing but a cut wakes a thread that reads.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from sync.cluster.wire import Line

LOOK_EVERY = 0.2


class Leash:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._held: dict[Line, tuple[float, threading.Event | None]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._walking = False

    @contextlib.contextmanager
    def holding(
        self, line: Line, seconds: float, stop: threading.Event | None = None
    ) -> Iterator[None]:
        """The connection may be used for so long, and until it is time to stop."""
        with self._lock:
            self._held[line] = (time.monotonic() + seconds, stop)
            if not self._walking:
                self._walking = True
                threading.Thread(target=self._walk, name="leash", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                del self._held[line]

    def close(self) -> None:
        """Everything that is held is cut, now and later."""
        self._closed = True

    def _walk(self) -> None:
        """Until there is nothing left to hold."""
        while self._look():
            time.sleep(LOOK_EVERY)

    def _look(self) -> bool:
        with self._lock:
            now = time.monotonic()
            for line, (until, stop) in self._held.items():
                line.overdue = line.overdue or now >= until
                if line.overdue or self._closed or (stop is not None and stop.is_set()):
                    line.cut()
            self._walking = bool(self._held)
            return self._walking
