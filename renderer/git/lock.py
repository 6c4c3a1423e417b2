"""One process at a time: a lock that ends with its holder, and with what its holder started."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderer.errors import GitError

PAUSE = 0.01
PATIENCE = 600.0


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[int]:
    """The lock's handle. It is closed, never unlocked: a child that holds it as well keeps it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        raise GitError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        _wait(handle, path, time.monotonic() + patience)
        yield handle
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise GitError(
                    f"{path.parent}: another octavo works on this repository and does not end"
                ) from None
            time.sleep(PAUSE)
        else:
            return
