"""The source tree on disk: which files there are, and their bytes. Never leaves the tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from renderer.errors import InputError, Problem, UsageError
from renderer.position import Position
from renderer.yamlio.limits import MAX_BYTES

SETTINGS = "octavo.yaml"
YAML = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file of the tree, by its path from the root, and what marks its version."""

    name: str
    path: str
    version: tuple[int, int, int, int] = field(compare=False)

    def read(self) -> bytes:
        """The bytes; a file too large to be ours is a problem, not a read."""
        size = self.version[0]
        if size > MAX_BYTES:
            raise InputError([_problem(self.name, f"the file has {size:,} bytes", _LIMIT)])
        try:
            with open(self.path, "rb") as file:  # noqa: PTH123 - thousands of them
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
            raise InputError([_problem(self.name, message)]) from error


_LIMIT = f"at most {MAX_BYTES:,} bytes in a file"


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

    def yaml_files(self, directory: str, problems: list[Problem]) -> list[SourceFile]:
        """The YAML files below a directory, by name. What cannot be read becomes a problem."""
        return [
            file for file in self.files(directory, problems) if file.name.lower().endswith(YAML)
        ]

    def files(self, directory: str, problems: list[Problem]) -> list[SourceFile]:
        """All files below a directory but hidden ones, by name."""
        found: list[SourceFile] = []
        start = os.path.normpath(directory)
        if start.startswith(("/", "..")):
            message = f"the directory {directory} lies outside the source tree"
            problems.append(_problem(SETTINGS, message, "a directory below the one of octavo.yaml"))
            return []
        if os.path.isdir(os.path.join(self.root, start)):  # noqa: PTH112, PTH118
            prefix = "" if start == "." else f"{start}/"
            self._walk(prefix, found, problems, {os.path.realpath(self.root / start)})
        return sorted(found, key=lambda file: file.name)

    def _walk(
        self, prefix: str, found: list[SourceFile], problems: list[Problem], seen: set[str]
    ) -> None:
        try:
            with os.scandir(os.path.join(self.root, prefix)) as entries:  # noqa: PTH118
                listed = list(entries)
        except OSError as error:
            problems.append(_problem(prefix, f"the directory cannot be read: {error.strerror}"))
            return
        for entry in listed:
            if entry.name.startswith("."):
                continue
            name = prefix + entry.name
            try:
                if entry.is_symlink():
                    self._inside(name, entry.path)
                if entry.is_dir():
                    real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                    if real not in seen:
                        seen.add(real)
                        self._walk(f"{name}/", found, problems, seen)
                else:
                    found.extend(self._file(name, entry.path))
            except InputError as error:
                problems.extend(error.problems)

    def _file(self, name: str, path: str) -> Iterator[SourceFile]:
        if os.path.islink(path):  # noqa: PTH114
            self._inside(name, path)
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            raise InputError([
                _problem(name, f"the file cannot be read: {error.strerror}")
            ]) from error
        if not stat.S_ISREG(status.st_mode):
            raise InputError([_problem(name, "this is no regular file", "a file of YAML")])
        version = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        yield SourceFile(name, path, version)

    def _inside(self, name: str, path: str) -> None:
        real = os.path.realpath(path)
        if os.path.commonpath([real, self._real]) != self._real:
            message = "this symbolic link leads out of the source tree"
            raise InputError([_problem(name, message, "a link to a file of this tree")])


def _problem(name: str, message: str, expected: str = "") -> Problem:
    return Problem(Position(name, 1, 1), message, expected)
