"""Who we are at this moment: credentials are read again when they grow old or are refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sync.cluster.identity import Identity
from sync.errors import ClusterError, SyncError

TRY_AGAIN_AFTER = 10.0


class Credentials:
    """Safe to use from many threads: one of them reads, the others take what it read."""

    def __init__(self, load: Callable[[], Identity]) -> None:
        self._load = load
        self._identity = load()
        self._believed_until = self._identity.fresh_until
        self._reading = threading.Lock()

    def current(self) -> Identity:
        if time.time() < self._believed_until or not self._reading.acquire(blocking=False):
            return self._identity
        try:
            self._reread()
        except SyncError:
            # What we have may still be good: the server decides.
            self._believed_until = time.time() + TRY_AGAIN_AFTER
        finally:
            self._reading.release()
        return self._identity

    def renew(self, refused: Identity) -> Identity:
        """Read anew after a refusal, unless somebody has done so since."""
        with self._reading:
            if self._identity is refused:
                self._reread()
            return self._identity

    def _reread(self) -> None:
        found = self._load()
        before = self._identity.endpoint.server
        if found.endpoint.server != before:
            said = f"{found.who} now names another server than {before}; start again to use it"
            raise ClusterError(0, "OtherServer", said)
        self._identity = found
        self._believed_until = found.fresh_until
