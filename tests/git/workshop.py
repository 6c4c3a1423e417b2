"""Repositories to write to, made by us and looked at with the real git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renderer.git.reading import Snapshot
from renderer.git.repository import Repository
from renderer.git.worktree import follow, refuse_dirt
from renderer.git.writing import Author, Signing, commit, fragment

BRANCH = "rendered"
ME = Author("Octavo", "octavo@example.com")
PLAIN = {"message": "Render\n", "author": ME, "committer": ME, "signing": Signing()}
FIRST = {
    "a/one.yaml": b"one\n",
    "a/two ü.yaml": b"two\n",
    "b/deep/three.yaml": b"three\n",
}


def git(place: Path, *words: str, stdin: bytes = b"", **environment: str) -> str:
    """The real git, by nobody's configuration but the repository's."""
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Somebody"), ("EMAIL", "somebody@example.com"))
    }
    done = subprocess.run(
        ["git", "-C", str(place), *words],
        input=stdin,
        env=os.environ | identity | environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape").strip()


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@dataclass(frozen=True, slots=True)
class Bench:
    """A repository, and a place for what is to be written."""

    root: Path

    @property
    def repository(self) -> Repository:
        return Repository.open(self.root)

    def git(self, *words: str, stdin: bytes = b"", **environment: str) -> str:
        return git(self.root, *words, stdin=stdin, **environment)

    def commit(
        self,
        files: Mapping[str, bytes],
        gone: Sequence[str] = (),
        *,
        parent: str | None = None,
        repository: Repository | None = None,
        **more: Author | Signing | str,
    ) -> str:
        """A commit that no branch names."""
        place = self.root.parent / f"fragments-{os.getpid()}"
        place.write_bytes(b"".join(fragment(name, data) for name, data in files.items()))
        return commit(
            repository or self.repository,
            parent=parent,
            fragments=[place],
            removals=gone,
            **{**PLAIN, **more},  # type: ignore[arg-type]
        )

    def deliver(
        self, files: Mapping[str, bytes], gone: Sequence[str] = (), branch: str = BRANCH
    ) -> str:
        """What a render does: look, commit, move, follow."""
        repository = self.repository
        refuse_dirt(repository, branch, "")
        old = repository.head(branch)
        new = self.commit(files, gone, parent=old, repository=repository)
        assert repository.move(branch, new, old)
        follow(repository, branch, old, new)
        return new

    def files(self, ref: str = BRANCH) -> dict[str, bytes]:
        return files_of(self.repository, ref)

    def standing(self) -> dict[str, bytes]:
        """What stands in the worktree."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.root).parts
        }

    def check(self) -> None:
        """Nothing is broken, and nothing is left lying about."""
        self.git("fsck", "--full", "--strict", "--no-dangling")
        common = self.repository.common
        assert [str(file) for file in common.rglob("*.lock")] == []
        assert list((common / "octavo").rglob("draft*")) == []
        assert list(common.glob("octavo/pending/*")) == []
        assert list(common.glob("octavo-*")) == []


def files_of(repository: Repository, ref: str = BRANCH) -> dict[str, bytes]:
    snapshot = Snapshot(repository, repository.resolve(ref))
    try:
        return {name: snapshot.read(blob.oid) for name, blob in snapshot.blobs().items()}
    finally:
        snapshot.close()


def bench(root: Path) -> Bench:
    root.parent.mkdir(parents=True, exist_ok=True)
    Repository.create(root, BRANCH)
    return Bench(root)
