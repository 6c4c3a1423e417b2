"""Bundles as commits: render upon a branch, commit what changed, and again if the branch moved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.errors import GitError
from renderer.git import marker, worktree
from renderer.git.branch import BranchOutput
from renderer.git.landing import Heads, Landing
from renderer.git.message import SOURCE, VERSION, Changes, message_of
from renderer.git.order import Order, Site, by_branch, opened, sites_of
from renderer.git.origin import Source
from renderer.git.reading import Snapshot
from renderer.git.repository import Repository
from renderer.git.writing import commit
from renderer.output import Change, Output
from renderer.rendering import Options, Place, Summary, changes_of
from renderer.tree import Tree
from renderer.workspace import open_workspace

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one branch; no commit where nothing changed. Summaries are by path."""

    branch: str
    commit: str | None
    summaries: tuple[tuple[str, Summary], ...]
    was_pushed: bool = False

    @property
    def changes(self) -> list[tuple[str, Change]]:
        """What changed, by its path from the root of the branch."""
        return changes_of(self.summaries)


def deliver(tree: Tree, order: Order, options: Options) -> list[Delivered]:
    """One commit on each branch that something changed on; none at all where there is a problem."""
    workspace = open_workspace(tree)
    sites = sites_of(workspace, order)
    source = Source.of(tree, workspace, allow_dirty=order.allow_dirty)
    repository = opened(order, sites[0].branch) or Repository.create(order.place, sites[0].branch)
    _refuse_own_checkout(source, repository, sites)
    pending = by_branch(sites)
    done: list[Delivered] = []
    for _ in range(ATTEMPTS):
        with _saying(done), ExitStack() as stack:
            drafts = [
                stack.enter_context(_draft(repository, order, branch, found))
                for branch, found in pending.items()
            ]
            places = [place for draft in drafts for place in draft.places]
            summaries = iter(rendering.write_at(places, tree.root, options))
            source.refuse_change()
            for draft in drafts:
                delivered = draft.land([next(summaries) for _ in draft.places], source.commit)
                if delivered is not None:
                    done.append(delivered)
                    del pending[delivered.branch]
        if not pending:
            return sorted(done, key=lambda each: each.branch)
    with _saying(done):
        raise GitError(
            f"{repository}: others moved {', '.join(pending)} {ATTEMPTS} times while this was"
            " rendered: nothing of theirs was changed; run again when they are done"
        )


@contextmanager
def _saying(done: Sequence[Delivered]) -> Iterator[None]:
    """Whoever reads of a failure shall know what stands all the same."""
    try:
        yield
    except GitError as error:
        committed = ", ".join(f"{each.branch} at {each.commit}" for each in done if each.commit)
        if not committed:
            raise
        raise GitError(f"{error}; what was done before it stands: {committed}") from error


def compare(tree: Tree, order: Order, options: Options) -> list[Delivered]:
    """What a delivery would change; nothing is written."""
    sites = sites_of(open_workspace(tree), order)
    repository = opened(order, sites[0].branch)
    found = []
    for branch, group in by_branch(sites).items():
        base, outputs = _standing(repository, order, branch, group)
        summaries = [
            (site.path, rendering.compare_at(Place(site.workspace, output), options))
            for site, output in zip(group, outputs, strict=True)
        ]
        found.append(Delivered(branch, base, tuple(summaries)))
    return found


def _standing(
    repository: Repository | None, order: Order, branch: str, group: Sequence[Site]
) -> tuple[str | None, list[Output]]:
    if repository is None:  # it would be made
        return None, [OutputDirectory(order.place) for _ in group]
    base = Landing(repository, branch, order.access, order.push).heads().base
    snapshot = Snapshot(repository, base)
    nowhere = Path(os.devnull)
    return base, [BranchOutput(snapshot, str(repository), site.path, nowhere) for site in group]


@dataclass(slots=True)
class _Draft:
    """What is to be committed on one branch, upon the commit that it was at."""

    order: Order
    landing: Landing
    heads: Heads
    sites: Sequence[Site]
    outputs: Sequence[BranchOutput]

    @property
    def places(self) -> list[Place]:
        pairs = zip(self.sites, self.outputs, strict=True)
        return [Place(site.workspace, output) for site, output in pairs]

    def land(self, summaries: Sequence[Summary], source: str) -> Delivered | None:
        """Commits what was staged; None where the branch moved meanwhile."""
        by_path = tuple(
            (site.path, summary) for site, summary in zip(self.sites, summaries, strict=True)
        )
        for output, summary in zip(self.outputs, summaries, strict=True):
            output.mark(is_used=bool(summary.changes))
        new = self._commit(changes_of(by_path), source)
        if new is not None and not self.landing.land(new, self.heads):
            return None
        made = new if new != self.heads.base else None
        was_pushed = self.landing.pushes and new != self.heads.there
        return Delivered(self.landing.branch, made, by_path, was_pushed=was_pushed)

    def _commit(self, changes: Changes, source: str) -> str | None:
        fragments = [file for output in self.outputs for file in output.fragments]
        removals = [path for output in self.outputs for path in output.removals]
        if not fragments and not removals:
            return self.heads.base
        order = self.order
        trailers = ((SOURCE, source), (VERSION, order.version))
        return commit(
            self.landing.repository,
            parent=self.heads.base,
            fragments=fragments,
            removals=removals,
            message=message_of(changes, order.subject, trailers),
            author=order.author,
            committer=order.committer,
            signing=order.signing,
        )


@contextmanager
def _draft(
    repository: Repository, order: Order, branch: str, sites: Sequence[Site]
) -> Iterator[_Draft]:
    for site in sites:
        worktree.refuse_dirt(repository, branch, site.path)
    landing = Landing(repository, branch, order.access, order.push)
    heads = landing.heads()
    snapshot = Snapshot(repository, heads.base)
    try:
        with TemporaryDirectory(prefix="octavo-") as folder:
            outputs = []
            for number, site in enumerate(sites):
                staging = Path(folder) / str(number)
                staging.mkdir()
                place = f"{repository}, branch {branch}{site.path and f', {site.path}'}"
                output = BranchOutput(snapshot, place, site.path, staging)
                if not order.adopt:
                    marker.refuse_unmanaged(snapshot, output.prefix, place)
                outputs.append(output)
            yield _Draft(order, landing, heads, sites, outputs)
    finally:
        snapshot.close()


def _refuse_own_checkout(source: Source, repository: Repository, sites: Sequence[Site]) -> None:
    if source.origin is None or not repository.same_as(source.origin.repository):
        return
    branch = source.origin.repository.head_branch()
    if branch and branch in {site.branch for site in sites}:
        raise GitError(
            f"{repository}: the sources are checked out from the branch {branch}:"
            " name another one, as in --branch rendered"
        )
