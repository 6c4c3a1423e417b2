"""Git objects, streamed from one long-lived `git cat-file --batch`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, cast

from sync.errors import SourceError
from sync.sources.commands import GRACE, Commands, end
from sync.sources.mirror import BrokenError

if TYPE_CHECKING:
    from git.cmd import Git

# So many requests fit into a pipe: neither side waits for the other.
AT_ONCE = 500
MAX_TREE = 64 << 20
_TREE, _LINK, _SUBMODULE = b"40000", b"120000", b"160000"
KINDS = {_LINK: "a symbolic link", _SUBMODULE: "a submodule"}


class TooLargeError(Exception):
    """An object that is larger than was allowed."""

    def __init__(self, oid: str, size: int) -> None:
        super().__init__(oid, size)
        self.oid = oid
        self.size = size


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree."""

    mode: bytes
    name: bytes
    oid: str

    @property
    def is_tree(self) -> bool:
        return self.mode == _TREE

    @property
    def oddity(self) -> str:
        """What it is that is neither a file nor a directory; empty for those."""
        return KINDS.get(self.mode, "")


class ObjectReader:
    """Reads objects of one repository. `asked` counts them."""

    def __init__(self, commands: Commands, repository: Path) -> None:
        self._commands = commands
        self._repository = repository
        self._process: Git.AutoInterrupt | None = None
        self._listener = Thread()
        self.asked = 0

    def tree(self, name: str) -> list[TreeEntry]:
        """The entries of a tree by its id, or by an expression that leads to one."""
        try:
            [(kind, data)] = self._objects([name], MAX_TREE)
            if kind != b"tree":
                raise BrokenError(f"{name} is no tree")
            return list(_entries(data, len(name.partition("^")[0]) // 2))
        except ValueError as error:
            raise BrokenError(f"{name} is cut off") from error
        except TooLargeError as error:
            raise SourceError(f"a directory has a listing of {error.size:,} bytes") from error

    def blobs(self, oids: Sequence[str], limit: int) -> Iterator[bytes]:
        """The bytes of each, in this order; TooLargeError before a larger one is read."""
        for kind, data in self._objects(oids, limit):
            if kind != b"blob":
                raise BrokenError("a file is no blob")
            yield data

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)
            self._listener.join(GRACE)

    def _objects(self, names: Sequence[str], limit: int) -> Iterator[tuple[bytes, bytes]]:
        done = False
        try:
            for start in range(0, len(names), AT_ONCE):
                yield from self._some(names[start : start + AT_ONCE], limit)
            done = True
        except (OSError, ValueError) as error:
            raise BrokenError(str(error)) from error
        finally:
            if not done:
                self.close()  # what was asked and not read would be taken for the next answer

    def _some(self, names: Sequence[str], limit: int) -> Iterator[tuple[bytes, bytes]]:
        into, out = self._pipes()
        into.write("".join(f"{name}\n" for name in names).encode())
        into.flush()
        self.asked += len(names)
        for name in names:
            yield _object(out, name, limit)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            words = (f"--git-dir={self._repository}", "cat-file", "--batch")
            self._process = self._commands.start(*words, feeding=True)
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


def _object(out: IO[bytes], name: str, limit: int) -> tuple[bytes, bytes]:
    words = out.readline().split()
    if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004 - id, type, size
        raise BrokenError(f"{name} is missing")
    size = int(words[2])
    if size > limit:
        raise TooLargeError(name, size)
    data = out.read(size + 1)
    if len(data) != size + 1:
        raise BrokenError(f"{name} is cut off")
    return words[1], data[:-1]


def _entries(data: bytes, width: int) -> Iterator[TreeEntry]:
    position = 0
    while position < len(data):
        space = data.index(b" ", position)
        end_of_name = data.index(b"\0", space)
        position_after = end_of_name + 1 + width
        oid = data[end_of_name + 1 : position_after]
        if len(oid) != width:
            raise BrokenError("a tree is cut off")
        yield TreeEntry(data[position:space], data[space + 1 : end_of_name], oid.hex())
        position = position_after
