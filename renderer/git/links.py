"""Where a path of a commit leads, links followed as a disk would follow them, but never out."""

from __future__ import annotations

import errno
import os
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from renderer.git.reading import Blob, Snapshot

LINK = "120000"
SUBMODULE = "160000"
# As many as Linux follows.
MAX_LINKS = 40
# As long as Linux lets the text of a link be.
MAX_TARGET = 4095


class LeadsOutError(Exception):
    """The path leaves the tree, whether or not it comes back."""


@dataclass(slots=True)
class _Way:
    """How far a path was followed, and what stopped it."""

    waiting: list[str]
    done: list[str] = field(default_factory=list)
    fault: int = 0
    followed: int = 0


class Paths:
    """The paths of a snapshot: what stands there, and what they lead to."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def _sorted(self) -> list[Blob]:
        return sorted(self.blobs.values(), key=_path)

    @property
    def blobs(self) -> Mapping[str, Blob]:
        return self._snapshot.blobs()

    def below(self, directory: str) -> Sequence[Blob]:
        """The blobs below a directory, by path."""
        if not directory:
            return self._sorted
        head = f"{directory}/"
        start = bisect_left(self._sorted, head, key=_path)
        end = bisect_left(self._sorted, f"{directory}0", start, key=_path)  # what follows a slash
        return self._sorted[start:end]

    def is_directory(self, path: str) -> bool:
        return not path or path in self._snapshot.trees()

    def stands(self, path: str) -> bool:
        """Whether there is anything at the path, be it a link that leads nowhere."""
        parent, _, name = ("" if path == "." else path).rpartition("/")
        try:
            real = self.real(parent)
        except OSError:
            return False
        place = _joined(real, name)
        return self.is_directory(place) or place in self.blobs

    def real(self, path: str) -> str:
        """The same path without links; it may be a submodule.

        Raises LeadsOutError, or the OSError that a disk would raise.
        """
        way = _Way(path.split("/")[::-1])
        while way.waiting:
            part = way.waiting.pop()
            if part in {"", ".", ".."}:
                self._aside(way, part)
            elif self._ahead(way, part) == SUBMODULE:
                return "/".join(way.done)
        if way.fault:
            raise OSError(way.fault, os.strerror(way.fault))
        return "/".join(way.done)

    def _aside(self, way: _Way, part: str) -> None:
        way.fault = way.fault or (0 if self.is_directory("/".join(way.done)) else errno.ENOTDIR)
        if part == "..":
            if not way.done:
                raise LeadsOutError
            way.done.pop()

    def _ahead(self, way: _Way, part: str) -> str:
        """One name further; the mode of what stands there."""
        here = "/".join(way.done)
        way.done.append(part)
        found = self.blobs.get(_joined(here, part))
        if found is None:  # it is left by name, to see whether it would lead out
            way.fault = way.fault or self._missing(here, part)
            return ""
        if found.mode == LINK:
            way.followed += 1
            if way.followed > MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            way.done.pop()
            way.waiting.extend(reversed(self._target(found)))
        return found.mode

    def _missing(self, here: str, part: str) -> int:
        if self.is_directory(_joined(here, part)):
            return 0
        return errno.ENOENT if self.is_directory(here) else errno.ENOTDIR

    def _target(self, link: Blob) -> list[str]:
        data = self._snapshot.read(link.oid)
        if data.startswith(b"/"):
            raise LeadsOutError
        if not data or len(data) > MAX_TARGET:
            fault = errno.ENAMETOOLONG if data else errno.ENOENT
            raise OSError(fault, os.strerror(fault))
        return data.decode(errors="surrogateescape").split("/")


def _joined(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def _path(blob: Blob) -> str:
    return blob.path
