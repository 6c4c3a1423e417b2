"""Repositories to read from, made with the real git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.sources import Snapshot, Source, SourceSpec, open_source

IDENTITY = {
    "GIT_AUTHOR_NAME": "octavo",
    "GIT_AUTHOR_EMAIL": "octavo@example.com",
    "GIT_COMMITTER_NAME": "octavo",
    "GIT_COMMITTER_EMAIL": "octavo@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}
CHURN = "notebooks/research/churn"
SMALL: Mapping[str, bytes] = {
    f"{CHURN}/kustomization.yaml": b"resources: [notebook.yaml]\n",
    f"{CHURN}/notebook.yaml": b"kind: Notebook\n",
    "notebooks/research/sales/kustomization.yaml": b"resources: []\n",
    "namespaces/research/kustomization.yaml": b"resources: []\n",
}


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(source: Source, directory: str) -> Mapping[str, bytes]:
    snapshot = source.fetch()
    try:
        return snapshot.read(directory)
    finally:
        snapshot.close()


def trees(source: Source) -> dict[str, str]:
    snapshot = source.fetch()
    snapshot.close()
    return dict(snapshot.trees)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a checkout, and a cache for those who read it."""

    root: Path
    cache: Path

    def git(self, *words: str, stdin: bytes = b"", **environment: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *words],
            input=stdin,
            env=os.environ | IDENTITY | environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode(errors="replace").strip()

    def commit(self, files: Mapping[str, bytes] | None = None, *flags: str) -> str:
        """Commit all that stands in the checkout; the id."""
        write(self.root, files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message=more", *flags)
        return self.git("rev-parse", "HEAD")

    def commit_tree(self, entries: Mapping[bytes, tuple[str, bytes]], place: str = CHURN) -> None:
        """Commit one directory of entries (mode, content) that no checkout could hold."""
        lines = []
        for name, (mode, data) in entries.items():
            kind = {"160000": "commit", "040000": "tree"}.get(mode, "blob")
            oid = (
                "1" * 40
                if kind == "commit"
                else self.git("hash-object", "-w", "--stdin", "-t", kind, stdin=data)
            )
            lines.append(f"{mode} {kind} {oid}\t".encode() + name)
        tree = self.git("mktree", "-z", "--missing", stdin=b"\0".join([*lines, b""]))
        for part in reversed(place.split("/")):
            line = f"040000 tree {tree}\t{part}\n"
            tree = self.git("mktree", stdin=line.encode())
        commit = self.git("commit-tree", tree, "-m", "odd")
        self.git("update-ref", "refs/heads/main", commit)

    def spec(self, **more: str | float | None) -> SourceSpec:
        words = {"repository": str(self.root), "cache": str(self.cache), "timeout": 30.0} | more
        return SourceSpec(**words)  # type: ignore[arg-type]

    def source(self, **more: str | float | None) -> Source:
        return open_source(self.spec(**more))

    def fetch(self, **more: str | float | None) -> Snapshot:
        return self.source(**more).fetch()

    def mirror(self) -> Path:
        """The one repository in the cache."""
        [found] = self.cache.glob("*/git")
        return found


def make(directory: Path, *flags: str) -> Repository:
    root = directory / "origin"
    root.mkdir(parents=True)
    repository = Repository(root, directory / "cache")
    repository.git("init", "--quiet", "--initial-branch=main", *flags)
    return repository
