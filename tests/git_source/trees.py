"""The same content as a directory and as a commit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple, TypeAlias

from renderer.git.commits import CommitTree
from renderer.git.repository import Repository
from renderer.sources import SourceTree
from renderer.tree import Tree


class Link(NamedTuple):
    """A symbolic link, and where it leads."""

    target: str


Content: TypeAlias = Mapping[str, str | Link]
IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(root: Path, *words: str, data: bytes = b"") -> str:
    environment = {**os.environ, **IDENTITY}
    asked = ["git", "-C", str(root), *words]
    ended = subprocess.run(asked, input=data, env=environment, check=True, capture_output=True)
    return ended.stdout.decode(errors="surrogateescape").strip()


def written(root: Path, content: Content) -> Path:
    """The content on the disk."""
    root.mkdir(parents=True, exist_ok=True)
    for name, what in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, Link):
            path.symlink_to(what.target)
        else:
            path.write_text(what, encoding="utf-8")
    return root


def committed(root: Path, *options: str) -> str:
    """All that is in a directory as a commit of its own repository."""
    if not root.joinpath(".git").exists():
        git(root, "init", "--quiet", *options)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "all")
    return git(root, "rev-parse", "HEAD")


def from_disk(root: Path) -> Tree:
    return SourceTree(root)


def from_commit(root: Path) -> Tree:
    commit = committed(root)
    return CommitTree(Repository.open(root), commit)


def from_bare_commit(root: Path) -> Tree:
    """Nothing of the content is on the disk any more."""
    commit = committed(root)
    bare = root.with_name("bare.git")
    root.joinpath(".git").rename(bare)
    git(bare, "config", "core.bare", "true")
    rmtree(root)
    return CommitTree(Repository.open(bare), commit)


def from_below(root: Path) -> Tree:
    """The tree is a directory of its repository."""
    whole = root.with_name("whole")
    whole.mkdir()
    root.rename(whole / "deep")
    whole.joinpath("outside.yaml").write_text("a: 1\n", encoding="utf-8")
    commit = committed(whole)
    return CommitTree(Repository.open(whole), commit, "deep")
