"""The source tree on disk: which files there are, and their bytes. Never leaves the tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from renderer import unreadable
from renderer.errors import InputError, Problem, UsageError
from renderer.tree import File
from renderer.unreadable import MAX_NESTING, SETTINGS, YAML, is_printable
from renderer.yamlio.limits import MAX_BYTES

# A file that changed this shortly before it was read may change again without a newer time on it.
UNSETTLED_NS = 50_000_000
_WAITING_FOR_NOBODY = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file of the tree, by its path from the root, and what marks its version."""

    name: str
    path: str
    version: tuple[int, ...] = field(compare=False)

    def read(self) -> bytes:
        """The bytes; a file too large to be ours is a problem, not a read."""
        size = self.version[0]
        if size > MAX_BYTES:
            raise InputError([unreadable.too_large(self.name, size)])
        try:
            data = read_regular(self.path, self._is_the_same, follow=True)
        except OSError as error:
            raise InputError([_unreadable(self.name, "file", error)]) from error
        if data is None or len(data) != size:
            words = "the file changed while it was read: run again"
            raise InputError([unreadable.problem(self.name, words)])
        return data

    def is_settled(self, now: int) -> bool:
        """Whether a change after `now`, in nanoseconds, is sure to show in its version."""
        return max(self.version[1:3]) < now - UNSETTLED_NS

    def _is_the_same(self, status: os.stat_result) -> bool:
        return _version(status) == self.version


def read_regular(
    path: str,
    accepts: Callable[[os.stat_result], bool],
    begins: bytes = b"",
    *,
    follow: bool = False,
) -> bytes | None:
    """The bytes of a regular file that is accepted and begins so; None for any other.

    Never waits for a pipe, and never reads more than the size that was accepted.
    """
    handle = os.open(path, _WAITING_FOR_NOBODY | (0 if follow else os.O_NOFOLLOW))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or not accepts(status):
            return None
        with open(handle, "rb", buffering=0, closefd=False) as file:
            head = file.read(len(begins)) if begins else b""
            return None if head != begins else head + _rest(file.read, status.st_size - len(head))
    finally:
        os.close(handle)


def _rest(read: Callable[[int], bytes], size: int) -> bytes:
    parts = []
    while size > 0 and (part := read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class SourceTree:
    """A directory with `octavo.yaml`, a catalog and Notebook files."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            message = f"{root} is not a directory: -C names the source tree"
            raise UsageError(message)
        self.root = root
        self._real = os.path.realpath(root)

    def settings(self) -> SourceFile | None:
        """`octavo.yaml`, where there is one."""
        path = self.root / SETTINGS
        if not path.exists() and not path.is_symlink():
            return None
        found = list(self._file(SETTINGS, str(path)))
        return found[0] if found else None

    def yaml_files(self, directory: str, problems: list[Problem]) -> list[File]:
        """The YAML files below a directory, by name. What cannot be read becomes a problem."""
        return [
            file for file in self.files(directory, problems) if file.name.lower().endswith(YAML)
        ]

    def files(self, directory: str, problems: list[Problem]) -> list[File]:
        """All files below a directory but hidden ones, by name."""
        found: list[File] = []
        start = os.path.normpath(directory)
        if unreadable.is_outside(start):
            problems.append(unreadable.outside(directory))
            return []
        path = os.path.join(self.root, start)  # noqa: PTH118 - no directory is looked for twice
        if os.path.lexists(path):
            try:
                self._inside(start, path)
                if stat.S_ISDIR(os.stat(path).st_mode):  # noqa: PTH116
                    self._walk("" if start == "." else f"{start}/", found, problems, set())
            except InputError as error:
                problems.extend(error.problems)
            except OSError as error:
                problems.append(_unreadable(start, "directory", error))
        return sorted(found, key=lambda file: file.name)

    def _walk(
        self,
        prefix: str,
        found: list[File],
        problems: list[Problem],
        seen: set[tuple[int, int]],
    ) -> None:
        path = os.path.join(self.root, prefix)  # noqa: PTH118
        try:
            status = os.stat(path)  # noqa: PTH116
            with os.scandir(path) as entries:
                listed = list(entries)
        except OSError as error:
            problems.append(_unreadable(prefix, "directory", error))
            return
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        if prefix.count("/") > MAX_NESTING:
            problems.append(unreadable.too_deep(prefix))
            return
        for entry in listed:
            if entry.name.startswith("."):
                continue
            name = prefix + entry.name
            try:
                if self._is_directory(name, entry):
                    self._walk(f"{name}/", found, problems, seen)
                else:
                    found.extend(self._file(name, entry.path))
            except InputError as error:
                problems.extend(error.problems)

    def _is_directory(self, name: str, entry: os.DirEntry[str]) -> bool:
        if not is_printable(name):
            raise InputError([unreadable.unprintable(name)])
        if entry.is_symlink():
            self._inside(name, entry.path)
        try:
            return entry.is_dir()
        except OSError as error:
            raise InputError([_unreadable(name, "file", error)]) from error

    def _file(self, name: str, path: str) -> Iterator[SourceFile]:
        if os.path.islink(path):  # noqa: PTH114
            self._inside(name, path)
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            raise InputError([_unreadable(name, "file", error)]) from error
        if not stat.S_ISREG(status.st_mode):
            raise InputError([unreadable.not_regular(name)])
        yield SourceFile(name, path, _version(status))

    def _inside(self, name: str, path: str) -> None:
        real = os.path.realpath(path)
        if os.path.commonpath([real, self._real]) != self._real:
            raise InputError([unreadable.leads_out(name)])


def _version(status: os.stat_result) -> tuple[int, ...]:
    return (
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
        status.st_dev,
    )


def _unreadable(name: str, what: str, error: OSError) -> Problem:
    return unreadable.unreadable(name, what, error.strerror)
