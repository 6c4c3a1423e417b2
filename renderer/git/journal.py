"""What is about to happen to a branch, written down before: a kill leaves it to be finished."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# No git holds a lock that is empty for as long as this.
PATIENCE = 1.0
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Journal:
    """A branch of a repository and the file that speaks of it. Used under the lock alone."""

    common: Path
    branch: str

    @property
    def file(self) -> Path:
        return self.common / "octavo" / "pending" / quote(self.branch, safe="")

    def begin(self, old: str | None, new: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.file.parent.parent / "pending.new"
        with temporary.open("w", encoding="ascii") as opened:
            opened.write(f"{old or '-'} {new}\n")
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(self.file)

    def read(self) -> tuple[str | None, str] | None:
        """From where to where; None where nothing is pending."""
        try:
            words = self.file.read_text(encoding="ascii").split()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        match words:
            case [old, new]:
                return (None if old == "-" else old), new
            case _:
                return None

    def end(self) -> None:
        self.file.unlink(missing_ok=True)

    def remove_locks(self, new: str) -> None:
        """Locks of ours whose git was killed; anybody else's stay.

        A branch's lock holds what the branch is to become. HEAD's is empty, and no older than we.
        """
        began = self.file.stat().st_mtime
        heads = [self.common / "HEAD.lock", *self.common.glob("worktrees/*/HEAD.lock")]
        for lock in (self.common / "refs" / "heads" / f"{self.branch}.lock", *heads):
            with suppress(FileNotFoundError):
                text = lock.read_bytes().strip()
                is_ours = text == new.encode()
                if is_ours or (not text and lock.stat().st_mtime >= began - 1 and _stays(lock)):
                    lock.unlink()


def _stays(lock: Path) -> bool:
    inode = lock.stat().st_ino
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        if not lock.exists() or lock.stat().st_ino != inode or lock.stat().st_size:
            return False
    return True
