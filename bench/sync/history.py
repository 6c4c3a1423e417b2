"""A git repository of bundles, and commits to it; a source that notes when it was asked."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.sync.tree import directory_of
from sync.sources.port import Snapshot, Source

WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
OLD, NEW = b"value: /notebook/", b"value: /notebooks/"


@dataclass(frozen=True, slots=True)
class History:
    """A checkout of bundles."""

    folder: Path

    def begin(self) -> None:
        self._git("init", "--quiet", "--initial-branch=main")
        self._commit("--all")

    def change(self, number: int) -> str:
        """Commit another value of one field of one bundle; returns its directory."""
        directory = directory_of(number)
        flip(self.folder / directory)
        self._commit(directory)
        return directory

    def _commit(self, what: str) -> None:
        self._git("add", what)
        self._git(*WHO, "commit", "--quiet", "--message=a change")

    def _git(self, *words: str) -> None:
        subprocess.run(("git", "-C", str(self.folder), *words), check=True)  # noqa: S603, S607


def flip(bundle: Path) -> None:
    """Change a value of the notebook's pod, or change it back."""
    file = bundle / "statefulset.yaml"
    text = file.read_bytes()
    old, new = (NEW, OLD) if NEW in text else (OLD, NEW)
    if old not in text:
        raise ValueError(f"{file.name} has no {old!r} to change")
    file.write_bytes(text.replace(old, new))


@dataclass(slots=True)
class Asked:
    """A source that notes when it was asked."""

    source: Source
    times: list[float] = field(default_factory=list)

    def describe(self) -> str:
        return self.source.describe()

    def fetch(self) -> Snapshot:
        self.times.append(time.monotonic())
        return self.source.fetch()
