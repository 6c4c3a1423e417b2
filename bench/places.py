"""Where a benchmark works."""

from __future__ import annotations

import shutil
from pathlib import Path

MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a folder of our own below it
ROOM = 4 << 30


def quiet_disk() -> Path | None:
    """Files in memory: a disk's own moods would drown what is compared."""
    if MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > ROOM:
        return MEMORY_DISK
    return None
