"""Who commits ready bundles: Octavo, `git fast-import`, and `git add -A && git commit`."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.tree import directory_of
from renderer.bundle import KUSTOMIZATION, MARK, Bundle
from renderer.git.branch import BranchOutput
from renderer.git.reading import Snapshot
from renderer.git.repository import Repository
from renderer.git.writing import Author, Signing, commit, fragment

FILES = 7
LINES = 40
US = Author("Bench", "bench@example.com")
IDENTITY = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")


def bundle_of(number: int) -> Bundle:
    """A bundle of seven files, each some 1,400 bytes that no other has."""
    directory = directory_of(number)
    names = [KUSTOMIZATION, *(f"object-{each}.yaml" for each in range(1, FILES))]
    lines = "".join(f"  field-{line}: a value of some length, {line}\n" for line in range(LINES))
    return Bundle(directory, {name: f"{MARK}# {directory}/{name}\n{lines}" for name in names})


@dataclass(frozen=True, slots=True)
class Ready:
    """The same bundles in memory, as a stream for fast-import, and as files."""

    folder: Path
    bundles: list[Bundle]

    @property
    def stream(self) -> Path:
        return self.folder / "stream"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def prepare(self) -> None:
        with self.stream.open("wb") as stream:
            stream.write(b"commit refs/heads/rendered\ncommitter Bench <b@c> 0 +0000\ndata 0\n")
            for bundle in self.bundles:
                for name, text in bundle.files.items():
                    stream.write(fragment(f"{bundle.directory}/{name}", text.encode()))
            stream.write(b"done\n")
        for bundle in self.bundles:
            place = self.files / bundle.directory
            place.mkdir(parents=True)
            for name, text in bundle.files.items():
                (place / name).write_text(text, encoding="utf-8")


def octavo(ready: Ready) -> Callable[[], None]:
    """Everything between rendered text and a branch that has moved."""
    repository = Repository.create(_fresh(ready.folder / "octavo.git"), "rendered")

    def run() -> None:
        with TemporaryDirectory(dir=ready.folder) as staging:
            output = BranchOutput(Snapshot(repository, None), "bench", "", Path(staging))
            for bundle in ready.bundles:
                output.stage(bundle)
            made = commit(
                repository,
                parent=None,
                fragments=output.fragments,
                removals=(),
                message="bundles\n",
                author=US,
                committer=US,
                signing=Signing(wanted=False),
            )
            repository.move("rendered", made, None)

    return run


def fast_import(ready: Ready) -> Callable[[], None]:
    place = _fresh(ready.folder / "fast-import.git")
    _git("init", "--quiet", "--bare", str(place))

    def run() -> None:
        with ready.stream.open("rb") as stream:
            command = ["git", f"--git-dir={place}", "fast-import", "--quiet", "--done"]
            subprocess.run(command, stdin=stream, check=True)  # noqa: S603

    return run


def add_and_commit(ready: Ready) -> Callable[[], None]:
    place = f"--git-dir={_fresh(ready.folder / 'add.git')}"
    _git(place, f"--work-tree={ready.files}", "init", "--quiet")

    def run() -> None:
        _git(place, f"--work-tree={ready.files}", "-C", str(ready.files), "add", "-A")
        _git(place, f"--work-tree={ready.files}", *IDENTITY, "commit", "--quiet", "-m", "bundles")

    return run


PEERS = {"octavo": octavo, "git fast-import": fast_import, "git add, git commit": add_and_commit}


def seconds(peer: str, ready: Ready) -> float:
    run = PEERS[peer](ready)
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _fresh(place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    return place


def _git(*words: str) -> None:
    command = ["git", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
