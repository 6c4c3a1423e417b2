"""Git objects, streamed from one long-lived `git cat-file --batch` a process."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Thread
from typing import IO, TYPE_CHECKING, cast

from renderer.errors import GitError
from renderer.git.commands import GRACE, end

if TYPE_CHECKING:
    from git.cmd import Git

MAX_BYTES = 64 << 20


class Objects:
    """Reads objects; what a fork inherits is left to the one who began it."""

    def __init__(self, start: Callable[[], Git.AutoInterrupt]) -> None:
        self._start = start
        self._process: Git.AutoInterrupt | None = None
        self._listener = Thread()
        self._owner = 0

    def read(self, name: str, kind: str) -> bytes:
        """The bytes of an object of this kind."""
        done = False
        try:
            into, out = self._pipes()
            into.write(f"{name}\n".encode())
            into.flush()
            data = _object(out, name, kind)
            done = True
        except (OSError, ValueError) as error:
            raise GitError(f"{name} cannot be read: {error}") from error
        finally:
            if not done:
                self.close()  # what was not read would be taken for the next answer
        return data

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._owner == os.getpid():
            end(process)
            self._listener.join(GRACE)
        elif process.proc is not None:  # it is our parent's: it must not be stopped
            process.proc.returncode = 0
            process.proc = None

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            self.close()
            self._process, self._owner = self._start(), os.getpid()
            # A complaint that nobody reads would stop git once the pipe is full.
            complaints = os.dup(self._process.stderr.fileno())
            self._listener = Thread(target=_ignore, args=[complaints], daemon=True)
            self._listener.start()
        return cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)


def _ignore(complaints: int) -> None:
    """Read a pipe to its end. Its handle is the thread's own, so that neither waits at exit."""
    try:
        while os.read(complaints, 4096):
            pass
    finally:
        os.close(complaints)


def _object(out: IO[bytes], name: str, kind: str) -> bytes:
    words = out.readline().split()
    if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004 - id, type, size
        raise GitError(f"{name} is missing: the repository is not whole")
    if words[1].decode() != kind:
        raise GitError(f"{name} is a {words[1].decode()}, and no {kind}")
    size = int(words[2])
    if size > MAX_BYTES:
        raise GitError(f"{name} has {size:,} bytes: no more than {MAX_BYTES:,} are read")
    data = out.read(size + 1)
    if len(data) != size + 1:
        raise GitError(f"{name} is cut off")
    return data[:-1]
