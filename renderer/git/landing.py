"""A branch that others move as well: where it is, and letting it be at a commit of ours."""

from __future__ import annotations

from dataclasses import dataclass

from renderer.errors import GitError
from renderer.git import worktree
from renderer.git.commands import Access
from renderer.git.pushing import push
from renderer.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Heads:
    """Where a branch is here, and at the remote if it is pushed; `base` goes on from both."""

    here: str | None
    there: str | None
    base: str | None


@dataclass(frozen=True, slots=True)
class Landing:
    """A branch of a repository, or of the remote that it mirrors or pushes to."""

    repository: Repository
    branch: str
    access: Access
    pushes: bool

    def heads(self) -> Heads:
        """Where the branch is now. Raises GitError where two went apart."""
        repository, branch = self.repository, self.branch
        if repository.upstream is not None:
            there = repository.fetch(branch)
            return Heads(there, there, there)
        here = repository.head(branch)
        if not self.pushes:
            return Heads(here, None, here)
        there = repository.fetch(branch, self.access)
        return Heads(here, there, self._later(here, there))

    def land(self, new: str, heads: Heads) -> bool:
        """Lets the branch be at `new`; False where somebody was faster, and nothing was lost."""
        repository, branch = self.repository, self.branch
        # What is pushed first cannot be lost here: the next run finds it there.
        if self.pushes and new != heads.there and not self._push(new, heads.there):
            return False
        if repository.upstream is not None or new == heads.here:
            return True
        if not repository.move(branch, new, heads.here):
            return False
        worktree.follow(repository, branch, heads.here, new)
        return True

    def _push(self, new: str, expected: str | None) -> bool:
        repository = self.repository
        return push(repository, self.branch, new, expected, self.access, repository.remote)

    def _later(self, here: str | None, there: str | None) -> str | None:
        if here is None or there is None or here == there:
            return here or there
        common = self.repository.merge_base(here, there)
        if common not in {here, there}:
            raise GitError(
                f"{self.repository}: the branch {self.branch} and that of {self.repository.remote}"
                " went apart: merge one into the other, or delete the one here"
            )
        return here if common == there else there
