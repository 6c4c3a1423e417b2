"""One process at a time: a lock that ends with its holder, and with what its holder started."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import SourceError

PAUSE = 0.05


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[int]:
    """The lock's handle. It is closed, never unlocked: a child that holds it as well keeps it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _wait(handle, path, time.monotonic() + timeout)
        yield handle
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise SourceError(
                    f"{path.parent}: another process works on this cache and does not end"
                ) from None
            time.sleep(PAUSE)
        else:
            return
