"""A repository for a moment: what git makes there is whole before the real one has it.

fast-import cannot do without a branch to write, and what it leaves when it dies goes with this.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from renderer.errors import GitError
from renderer.git.commands import Commands
from renderer.git.repository import Repository

_CONFIG = """[core]
repositoryformatversion = 1
bare = true
[extensions]
objectformat = {}
"""
# What the repository itself may say about how objects are written.
_PASSED_ON = (
    "core.compression",
    "core.fsync",
    "core.fsyncmethod",
    "core.loosecompression",
    "core.sharedrepository",
    "fastimport.unpacklimit",
    "pack.compression",
)
# An index says that its pack is there: it goes last. What has another ending stays behind.
_ENDINGS = (".pack", ".rev", ".idx")


@dataclass(frozen=True, slots=True)
class Draft:
    """Commands that write there, and where the objects go in the end."""

    commands: Commands
    made: Path
    objects: Path

    def hand_over(self) -> None:
        """Every object becomes one of the real repository; any of them twice is the same."""
        try:
            for folder in self.made.iterdir():
                if folder.name == "pack":
                    packs = [each for each in folder.iterdir() if each.suffix in _ENDINGS]
                    self._move(folder, sorted(packs, key=lambda e: _ENDINGS.index(e.suffix)))
                elif folder.name != "info":
                    self._move(folder, folder.iterdir())
        except OSError as error:
            raise GitError(f"{self.objects}: {error.strerror or error}") from error

    def _move(self, folder: Path, files: Iterable[Path]) -> None:
        target = self.objects / folder.name
        if not target.exists():
            target.mkdir(exist_ok=True)
            target.chmod(folder.stat().st_mode)
        for file in files:
            file.replace(target / file.name)


@contextmanager
def drafting(repository: Repository, commands: Commands) -> Iterator[Draft]:
    """Used under the lock of the repository: what a kill left of the last one is wiped."""
    place = repository.common / "octavo" / "draft"
    objects = repository.common / "objects"
    shutil.rmtree(place, ignore_errors=True)
    try:
        (place / "refs").mkdir(parents=True)
        (place / "objects" / "info").mkdir(parents=True)
        (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        (place / "config").write_text(_CONFIG.format(repository.algorithm), encoding="ascii")
        (place / "objects" / "info" / "alternates").write_bytes(os.fsencode(objects) + b"\n")
    except OSError as error:
        raise GitError(f"{place}: {error.strerror or error}") from error
    try:
        settings = repository.config
        passed = [(key, settings[key]) for key in _PASSED_ON if key in settings]
        writing = commands.adding({"GIT_DIR": str(place)}, *passed)
        yield Draft(writing, place / "objects", objects)
    finally:
        shutil.rmtree(place, ignore_errors=True)
