"""The source tree of a commit, read where it lies: nothing of it is checked out or run."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import Path

from renderer import unreadable
from renderer.errors import GitError, InputError, Problem, UsageError
from renderer.git.links import SUBMODULE, LeadsOutError, Paths
from renderer.git.reading import Snapshot
from renderer.git.repository import Repository
from renderer.git.walk import Walk, followed
from renderer.tree import File
from renderer.unreadable import SETTINGS, YAML
from renderer.yamlio.limits import MAX_BYTES

# Hexadecimal digits of an id that fit into a number of 64 bits.
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class CommitFile:
    """A file of a commit, by its path from the root of the source tree."""

    name: str
    oid: str = field(compare=False)
    snapshot: Snapshot = field(compare=False, repr=False)

    @property
    def version(self) -> tuple[int, ...]:
        oid = self.oid
        return tuple(int(oid[at : at + _DIGITS], 16) for at in range(0, len(oid), _DIGITS))

    def is_settled(self, now: int) -> bool:  # noqa: ARG002 - what has an id never changes
        return True

    def read(self) -> bytes:
        """The bytes; a file too large to be ours is a problem."""
        try:
            data = self.snapshot.read(self.oid)
        except GitError as error:
            raise InputError([unreadable.unreadable(self.name, "file", str(error))]) from error
        if len(data) > MAX_BYTES:
            raise InputError([unreadable.too_large(self.name, len(data))])
        return data


class CommitTree:
    """A directory of a commit with `octavo.yaml`, a catalog and Notebook files."""

    def __init__(self, repository: Repository, commit: str, path: str = "") -> None:
        self.root: Path = repository.path
        self.commit = commit
        self._snapshot = Snapshot(repository, commit, path)
        self._paths = Paths(self._snapshot)
        if path and not self._paths.blobs:
            message = (
                f"{path} is no directory of the commit {commit[:12]}: -C names the source tree"
            )
            raise UsageError(message)

    def settings(self) -> CommitFile | None:
        """`octavo.yaml`, where there is one."""
        if not self._paths.stands(SETTINGS):
            return None
        return self._read(SETTINGS, followed(self._paths, SETTINGS, SETTINGS))

    def yaml_files(self, directory: str, problems: list[Problem]) -> list[File]:
        """The YAML files below a directory, by name. What cannot be read becomes a problem."""
        return [
            file for file in self.files(directory, problems) if file.name.lower().endswith(YAML)
        ]

    def files(self, directory: str, problems: list[Problem]) -> list[File]:
        """All files below a directory but hidden ones, by name."""
        start = posixpath.normpath(directory)
        if unreadable.is_outside(start):
            problems.append(unreadable.outside(directory))
            return []
        prefix = "" if start == "." else f"{start}/"
        try:
            real = self._paths.real(start) if self._paths.stands(start) else None
        except LeadsOutError:
            problems.append(unreadable.leads_out(start))
            return []
        except OSError as error:
            problems.append(unreadable.unreadable(start, "directory", error.strerror))
            return []
        if real is None:
            return []
        walk = Walk(self._paths, self._read)
        if self._paths.is_directory(real):
            walk.below(real, prefix)
        elif self._paths.blobs[real].mode == SUBMODULE:
            problems.append(_submodule(start))
        problems.extend(walk.problems)
        return sorted(walk.found, key=lambda file: file.name)

    def _read(self, name: str, real: str) -> CommitFile:
        """The file at a path without links; an InputError where that is none."""
        blob = self._paths.blobs.get(real)
        if blob is None:
            raise InputError([unreadable.not_regular(name)])
        if blob.mode == SUBMODULE:
            raise InputError([_submodule(name)])
        return CommitFile(name, blob.oid, self._snapshot)


def _submodule(name: str) -> Problem:
    message = "this is a submodule, whose files are in another repository"
    return unreadable.problem(name, message, "files of this repository")
