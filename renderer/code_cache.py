"""Compiled charts in the user's cache folder, which spare a cold start the compiling.

What is in it is run, so a folder that another user owns or may write to is not read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from renderer.memory import cache_folder, is_inside
from renderer.sources import read_regular

KEPT = 20
MAX_CODE = 16 << 20
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class CodeCache(MutableMapping[str, bytes]):
    """Bytes by key, each in a file; whatever goes wrong with the disk is a miss."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / "charts"

    @classmethod
    def for_tree(cls, root: Path) -> Self | None:
        """The cache for a source tree; None where it would stand in that very tree.

        A pull request could bring what would be run.
        """
        return None if is_inside(root) else cls()

    def __getitem__(self, key: str) -> bytes:
        try:
            kept = read_regular(str(self._folder / key), _may_be_run) if self._is_ours() else None
        except OSError:
            kept = None
        if kept is None:
            raise KeyError(key)
        return kept

    def __setitem__(self, key: str, value: bytes) -> None:
        temporary = self._folder / f"{key}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._is_ours():
                temporary.write_bytes(value)
                temporary.replace(self._folder / key)
                self._forget_old()
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    def __delitem__(self, key: str) -> None:
        (self._folder / key).unlink()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name for path in self._folder.iterdir()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _is_ours(self) -> bool:
        status = self._folder.stat()
        return status.st_uid == os.geteuid() and not status.st_mode & OTHERS_MAY_WRITE

    def _forget_old(self) -> None:
        oldest_last = sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime)
        for path in oldest_last[KEPT:]:
            path.unlink(missing_ok=True)


def _may_be_run(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and status.st_size <= MAX_CODE
