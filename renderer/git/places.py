"""A repository as its own files stand on the disk: branches, and who has them checked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from renderer.errors import GitError
from renderer.git.commands import Answer, Commands
from renderer.git.words import meaning

_POINTER = "gitdir:"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A directory where a branch is checked out, and where git keeps its index."""

    top: Path
    own: Path

    @property
    def index(self) -> Path:
        return self.own / "index"

    @property
    def lock(self) -> Path:
        return self.own / "index.lock"

    @property
    def words(self) -> tuple[str, ...]:
        """What tells git to work here."""
        return ("-C", str(self.top), f"--git-dir={self.own}", f"--work-tree={self.top}")


@dataclass(frozen=True, slots=True)
class Place:
    """The common directory of a repository, commands that keep its lock, and its own checkout."""

    common: Path
    commands: Commands
    checkout: Checkout | None

    def run(self, *words: str) -> Answer:
        return self.commands.run(f"--git-dir={self.common}", *words)

    def head(self, branch: str) -> str | None:
        words = ("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        about = str(self.common)
        return self.commands.sought(f"--git-dir={about}", *words, about=about) or None

    @property
    def has_worktrees(self) -> bool:
        return self.checkout is not None or self._has_linked

    @property
    def _has_linked(self) -> bool:
        return (self.common / "worktrees").exists()

    def checkouts(self, branch: str) -> Iterator[Checkout]:
        """Where a branch is checked out."""
        ref = f"refs/heads/{branch}"
        own = self.checkout
        if own is not None:
            words = (f"--git-dir={own.own}", "symbolic-ref", "--quiet", "HEAD")
            if self.commands.sought(*words, about=str(own.top)) == ref:
                yield own
        if self._has_linked:
            yield from (each for each in self._listed(ref) if own is None or not _same(each, own))

    def _listed(self, ref: str) -> Iterator[Checkout]:
        answer = self.run("worktree", "list", "--porcelain", "-z")
        if answer.status:
            raise GitError(f"{self.common}: {meaning(answer.err)}")
        for block in answer.out.decode(errors="surrogateescape").split("\0\0"):
            lines = block.split("\0")
            top = Path(lines[0].removeprefix("worktree "))
            if f"branch {ref}" in lines[1:] and (top / ".git").exists():
                yield Checkout(top, _own(top))


def _same(one: Checkout, other: Checkout) -> bool:
    return one.own.resolve() == other.own.resolve()


def _own(top: Path) -> Path:
    """`.git`, or where a linked worktree keeps its own."""
    place = top / ".git"
    if place.is_dir():
        return place
    text = place.read_text(encoding="utf-8", errors="surrogateescape").strip()
    return top / text.removeprefix(_POINTER).strip()
