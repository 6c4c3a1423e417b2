"""A checked-out branch follows its ref; what is not committed there is refused before."""

from __future__ import annotations

from renderer.errors import GitError
from renderer.git.address import branch_of, shown
from renderer.git.following import holding_index, settle
from renderer.git.repository import Repository
from renderer.git.strangers import uncommitted
from renderer.git.tidying import tidy


def refuse_dirt(repository: Repository, branch: str, path: str) -> None:
    """GitError where a worktree holds what is not committed, below a path of the branch.

    First it mends what a kill left.
    """
    if repository.upstream is not None:
        return
    with repository.held() as commands:
        place = repository.place(commands)
        settle(place, branch_of(branch))
        for checkout in place.checkouts(branch):
            with holding_index(checkout):
                dirt = uncommitted(place, checkout, [path] if path else [])
            if dirt:
                many = f"{len(dirt)} files are" if len(dirt) > 1 else "a file is"
                raise GitError(
                    f"{checkout.top}: {many} not committed, such as {shown(dirt[0])}, and branch"
                    f" {branch} is checked out there: commit, stash or remove what is not, or"
                    " render to another branch"
                )


def follow(
    repository: Repository,
    branch: str,
    old: str | None,  # noqa: ARG001 - what is pending says so too, and outlives a kill
    new: str,  # noqa: ARG001
) -> None:
    """After `Repository.move` from `old` to `new`: its worktrees move as well."""
    if repository.upstream is not None:
        return
    with repository.held() as commands:
        settle(repository.place(commands), branch_of(branch))
        if repository.config.get("gc.auto") != "0":
            tidy(repository.common, commands)
