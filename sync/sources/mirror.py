"""A bare repository in a cache that follows one branch of another; losing it loses only time."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sync.errors import SourceError
from sync.sources.commands import Answer, Commands, TimedOutError
from sync.sources.lock import locked
from sync.sources.remote import Remote

HEAD = "refs/octavo/head"
# What a killed git leaves behind. Nobody else writes here while we hold the lock.
_LITTER = (
    "*.lock",
    "gc.pid",
    "refs/**/*.lock",
    "objects/pack/tmp_*",
    "objects/pack/*.lock",
    "objects/??/tmp_obj_*",
)
_TIDYING = 900.0
_SHA256 = 64


class BrokenError(Exception):
    """The mirror lacks what it should hold."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """`home` holds the repository, the lock, and for moments a repository in the making."""

    home: Path
    remote: Remote
    local: Commands

    @property
    def repository(self) -> Path:
        return self.home / "git"

    @contextmanager
    def locked(self) -> Iterator[Holder]:
        """The one who may write, one at a time."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.home / "lock", self.local.timeout) as handle:
                yield Holder(self, handle)
        except OSError as error:
            raise SourceError(
                f"{self.home}: the cache cannot be written: {error.strerror or error}"
            ) from error

    def ask(self, *words: str) -> Answer:
        return self.local.run(f"--git-dir={self.repository}", *words)

    @property
    def is_shallow(self) -> bool:
        return (self.repository / "shallow").exists()


@dataclass(frozen=True, slots=True)
class Holder:
    """A mirror under its lock."""

    mirror: Mirror
    handle: int

    def update(self) -> str:
        """Bring the head of the branch here; the commit."""
        there = self.mirror.remote.head()
        here = self._head(self.mirror.repository)
        if here == there:
            return here
        if not here:
            return self._make(there)
        _sweep(self.mirror.repository)
        if self._fetch(self.mirror.repository).status:
            return self._make(there)
        head = self._head(self.mirror.repository)
        self._tidy()
        return head or self._make(there)

    def remake(self) -> str:
        """Fetch everything again, beside what is broken, and put it in its place."""
        return self._make(self.mirror.remote.head())

    def _make(self, there: str) -> str:
        new, old = self.mirror.home / "new", self.mirror.home / "old"
        _remove(new, old)
        try:
            self._begin(new, "sha256" if len(there) == _SHA256 else "sha1")
            answer = self._fetch(new)
            head = self._head(new)
            if answer.status or not head:
                raise self.mirror.remote.failure(answer.err)
            if os.path.lexists(self.mirror.repository):
                self.mirror.repository.rename(old)
            new.rename(self.mirror.repository)
        finally:
            _remove(new, old)
        return head

    def _begin(self, directory: Path, format_of_ids: str) -> None:
        words = ("init", "--quiet", "--bare", "--template=", f"--object-format={format_of_ids}")
        naming = self.mirror.local.adding(None, ("init.defaultBranch", "none"))
        answer = naming.run(*words, str(directory), holding=[self.handle])
        if answer.status:
            raise self.mirror.remote.failure(answer.err)

    def _fetch(self, directory: Path) -> Answer:
        return self.mirror.remote.fetch(directory, HEAD, self.handle)

    def _head(self, directory: Path) -> str:
        words = ("rev-parse", "--verify", "--quiet", f"{HEAD}^{{commit}}")
        answer = self.mirror.local.run(f"--git-dir={directory}", *words)
        return answer.text if answer.status == 0 else ""

    def _tidy(self) -> None:
        """Join packs when there are many. Commits in use stay: only what is weeks old goes."""
        patient = replace(self.mirror.local, timeout=_TIDYING)
        words = (f"--git-dir={self.mirror.repository}", "gc", "--auto", "--quiet")
        with suppress(TimedOutError):
            patient.run(*words, holding=[self.handle])


def _remove(*leftovers: Path) -> None:
    for leftover in leftovers:
        shutil.rmtree(leftover, ignore_errors=True)
        with suppress(FileNotFoundError, IsADirectoryError):
            leftover.unlink()


def _sweep(repository: Path) -> None:
    for pattern in _LITTER:
        for file in repository.glob(pattern):
            file.unlink(missing_ok=True)


def home_of(cache: Path, url: str, branch: str) -> Path:
    """Each branch of each repository has its own place."""
    return (
        cache / hashlib.sha256(f"{url}\n{branch}".encode(errors="surrogateescape")).hexdigest()[:32]
    )
