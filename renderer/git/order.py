"""What a delivery is asked for: which repository, which branches and paths, and how to commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from renderer.errors import InputError, UsageError
from renderer.git.address import branch_of, is_url
from renderer.git.commands import Access
from renderer.git.repository import Repository
from renderer.git.writing import Author, Signing
from renderer.targets import refuse_clashes, workspaces
from renderer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Order:
    """Where bundles go, and how their commits are made."""

    repository: str
    branch: str = ""
    path: str = ""
    targets: tuple[str, ...] = ()
    push: bool = False
    adopt: bool = False
    allow_dirty: bool = False
    subject: str = ""
    version: str = ""
    access: Access = field(default_factory=Access)
    author: Author = field(default_factory=Author)
    committer: Author = field(default_factory=Author)
    signing: Signing = field(default_factory=Signing)

    @property
    def place(self) -> Path:
        """Where the repository is, if it is on this disk."""
        return Path(self.repository).absolute()


@dataclass(frozen=True, slots=True)
class Site:
    """A workspace, and the branch and path that its bundles go to."""

    workspace: Workspace
    branch: str
    path: str


def sites_of(workspace: Workspace, order: Order) -> list[Site]:
    """Where each target goes; what it does not say itself is as the command says."""
    if workspace.installation is None:
        raise InputError(workspace.problems)
    found = workspaces(workspace, order.targets)
    refuse_clashes([each.target for each in found if each.target], order.branch)
    return [_site(each, order) for each in found]


def by_branch(sites: Sequence[Site]) -> dict[str, list[Site]]:
    """The sites of each branch."""
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(site.branch, []).append(site)
    return found


def opened(order: Order, branch: str) -> Repository | None:
    """The repository that is named; None where there is none yet."""
    if is_url(order.repository) and not Path(order.repository).exists():
        return Repository.mirror(order.repository, order.access)
    path = order.place
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        branch_of(branch)
        return None
    repository = Repository.open(path)
    if order.push and repository.address is None:
        message = f"{repository} has no remote to push to: git remote add origin URL"
        raise UsageError(message)
    return repository


def _site(workspace: Workspace, order: Order) -> Site:
    target = workspace.target
    branch = (target.branch if target else "") or order.branch
    if not branch:
        whose = f" for the target {target.name}" if target else ""
        message = f"say which branch the bundles go to{whose}: --branch, as in --branch rendered"
        raise UsageError(message)
    parts = (order.path, target.path if target else "")
    return Site(workspace, branch_of(branch), "/".join(part for part in parts if part))
