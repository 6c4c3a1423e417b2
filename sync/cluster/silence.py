"""A server that nobody has heard of for long is not waited for by every request anew."""

from __future__ import annotations

import time


class Silence:
    """Begins with a request that nothing came of, ends with any answer; for many threads."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: float | None = None

    def heard(self) -> None:
        self._since = None

    def lost(self, asked_at: float) -> None:
        """Nothing came of a request; of two that say so at once, either may be the first."""
        if self._since is None:
            self._since = asked_at

    @property
    def is_long(self) -> bool:
        """Whether one attempt, and a short one, is all that a request gets."""
        since = self._since
        return since is not None and time.monotonic() - since >= self._patience
