"""A bare repository in the user's cache beside another one; losing it loses only time."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from renderer.errors import GitError
from renderer.git.address import locate
from renderer.git.commands import Access, Answer, Commands
from renderer.git.lock import locked
from renderer.git.remote import Remote, is_absent
from renderer.git.tidying import tidy
from renderer.memory import cache_folder

# What a killed git leaves behind. Nobody else writes here while we hold the lock.
_LITTER = (
    "*.lock",
    "gc.pid",
    "refs/**/*.lock",
    "objects/pack/tmp_*",
    "objects/pack/*.lock",
    "objects/??/tmp_obj_*",
)
_SHA1, _SHA256 = "sha1", "sha256"
_OTHER_FORMAT = "mismatched algorithms"


@dataclass(frozen=True, slots=True)
class Mirror:
    """`home` holds the repository, the lock, and for moments a repository in the making."""

    home: Path
    remote: Remote

    @property
    def repository(self) -> Path:
        return self.home / "git"

    def prepare(self) -> None:
        """A repository stands here, whatever was left of it."""
        with self._locked() as mirror:
            mirror.prepare_held()

    def prepare_held(self) -> None:
        """The same, for who holds the lock."""
        _sweep(self.repository)
        if not self._is_sound():
            self._make(_SHA1)

    def fetch(self, branch: str) -> str | None:
        """The head of the branch there, brought here; None where there is none."""
        with self._locked() as mirror:
            mirror.prepare_held()
            answer = mirror.fetch_held(branch)
            if is_absent(answer):
                mirror.forget(branch)
                return None
            head = mirror.head(branch) if answer.status == 0 else None
            if head is None:
                head = mirror.fetch_anew(branch, answer)
            tidy(mirror.repository, mirror.remote.commands)
            return head

    def fetch_held(self, branch: str) -> Answer:
        """The last commit alone: what is rendered needs no history."""
        into = f"refs/heads/{branch}"
        return self.remote.fetch(self.repository, branch, into, "--depth=1")

    def fetch_anew(self, branch: str, failed: Answer) -> str:
        """Make the mirror again, where it is the mirror that is broken."""
        if _OTHER_FORMAT in failed.err:
            self._make(_SHA256 if "server sha256" in failed.err else _SHA1)
        elif (there := self.remote.head(branch)) is None:
            raise self.remote.failure(failed.err)
        else:
            self._make(_SHA256 if len(there) == hashlib.sha256().digest_size * 2 else _SHA1)
        answer = self.fetch_held(branch)
        head = self.head(branch)
        if answer.status or head is None:
            raise self.remote.failure(answer.err)
        return head

    def head(self, branch: str) -> str | None:
        """Where the branch is, provided that all directories of it are here."""
        ref = f"refs/heads/{branch}"
        found = self._ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found.status or self._ask("ls-tree", "-r", "-d", "-z", ref).status:
            return None
        return found.text

    def forget(self, branch: str) -> None:
        self._ask("update-ref", "-d", f"refs/heads/{branch}")

    @contextmanager
    def held(self) -> Iterator[int]:
        """One writer at a time; the handle is for what must outlive us."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise GitError(
                f"{self.home}: the cache cannot be written: {error.strerror or error}"
            ) from error
        with locked(self.home / "lock") as handle:
            yield handle

    @contextmanager
    def _locked(self) -> Iterator[Mirror]:
        with self.held() as handle:
            commands = self.remote.commands.held_by(handle)
            try:
                yield Mirror(self.home, replace(self.remote, commands=commands))
            except OSError as error:
                raise GitError(
                    f"{self.home}: the cache cannot be written: {error.strerror or error}"
                ) from error

    def _is_sound(self) -> bool:
        return self._ask("rev-parse", "--git-dir").status == 0

    def _make(self, algorithm: str) -> None:
        new, old = self.home / "new", self.home / "old"
        _remove(new, old)
        words = ("init", "--quiet", "--bare", "--template=", f"--object-format={algorithm}")
        naming = self.remote.commands.adding(None, ("init.defaultBranch", "none"))
        try:
            naming.ask(*words, str(new), about=str(self.home))
            if os.path.lexists(self.repository):
                self.repository.rename(old)
            new.rename(self.repository)
        finally:
            _remove(new, old)

    def _ask(self, *words: str) -> Answer:
        return self.remote.commands.run(f"--git-dir={self.repository}", *words)


def mirror_of(url: str, access: Access) -> Mirror:
    """Each URL has its own place in the cache; no credential is part of it."""
    address = locate(url)
    name = hashlib.sha256(address.url.encode(errors="surrogateescape")).hexdigest()[:32]
    return Mirror(cache_folder() / "git" / name, Remote(address, access, Commands()))


def _remove(*leftovers: Path) -> None:
    for leftover in leftovers:
        shutil.rmtree(leftover, ignore_errors=True)
        with suppress(FileNotFoundError, IsADirectoryError):
            leftover.unlink()


def _sweep(repository: Path) -> None:
    for pattern in _LITTER:
        for file in repository.glob(pattern):
            file.unlink(missing_ok=True)
