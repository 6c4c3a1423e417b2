"""A pull request: what merging its head into the base would change, path by path.

Nothing is merged and nothing is run. Where a path would have to be merged line by line, that is
for its author to do first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from renderer.bundle import MARK
from renderer.errors import GitError
from renderer.git.commits import CommitTree
from renderer.git.links import Paths
from renderer.git.reading import Blob, Snapshot
from renderer.git.repository import Repository
from renderer.model.settings import Settings
from renderer.review.impact import Standing
from renderer.review.paths import PathChange
from renderer.review.review import JudgementError
from renderer.review.said import visible
from renderer.tree import Tree

NAMES_SHOWN = 5
MARK_BYTES = MARK.encode()


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """Both sides as trees, and the paths in which they differ."""

    base: Tree
    head: Tree
    changes: tuple[PathChange, ...]
    paths: tuple[str, ...]


class Merged(Snapshot):
    """The base with some paths as the head has them; None for those that it has not."""

    def __init__(self, base: Snapshot, changed: Mapping[str, Blob | None]) -> None:
        super().__init__(base.repository, base.commit, base.path)
        kept = {path: blob for path, blob in base.blobs().items() if path not in changed}
        added = {path: blob for path, blob in changed.items() if blob is not None}
        self._merged = {**kept, **added}
        self._directories = {parent: "" for path in self._merged for parent in _parents(path)}

    def blobs(self, below: str = "") -> Mapping[str, Blob]:
        start = f"{below}/" if below else ""
        if not start:
            return self._merged
        return {path: blob for path, blob in self._merged.items() if path.startswith(start)}

    def trees(self) -> Mapping[str, str]:
        return self._directories


class MergedTree(CommitTree):
    """The source tree that merging would leave."""

    def __init__(self, snapshot: Merged) -> None:
        self.root = snapshot.repository.path
        self.commit = snapshot.commit or ""
        self._snapshot = snapshot
        self._paths = Paths(snapshot)


def open_pull(repository: Repository, directory: str, base: str, head: str) -> Pull:
    """The difference that merging `head` into `base` makes; `directory` holds the source tree."""
    onto, tip = _commit(repository, base), _commit(repository, head)
    began = _merge_base(repository, onto, tip, (base, head))
    before, after = (Snapshot(repository, commit).blobs() for commit in (onto, tip))
    if began == onto:
        changed = {p: after.get(p) for p in _differing(before, after)}
        tree: Tree = CommitTree(repository, tip, directory)
    else:
        start = Snapshot(repository, began).blobs()
        changed = _merged(start, before, after, base)
        inside = dict(_inside(changed, directory))
        tree = MergedTree(Merged(Snapshot(repository, onto, directory), inside))
    changes = [
        PathChange(_from_tree(path, directory), _mode(before.get(path)), _mode(blob))
        for path, blob in sorted(changed.items())
    ]
    paths = [path for path in before if changed.get(path, before[path]) is not None]
    paths += [path for path, blob in changed.items() if blob is not None and path not in before]
    return Pull(
        CommitTree(repository, onto, directory),
        tree,
        tuple(changes),
        tuple(_from_tree(path, directory) for path in paths),
    )


def directory_in(repository: Repository, tree: Path) -> str:
    """Where a source tree stands in its repository."""
    if repository.is_bare:
        return ""
    below = os.path.relpath(os.path.realpath(tree), os.path.realpath(repository.path))
    return "" if below == "." else below


def standing_at(repository: Repository, place: str, settings: Settings) -> Standing:
    """Bundles as they stand at `REF[:PATH]`; only files of ours are read."""
    ref, _, path = place.partition(":")
    snapshot = Snapshot(repository, _commit(repository, ref), path)
    targets = {target.name: target.path for target in settings.targets}

    def read(target: str, directory: str) -> Mapping[str, bytes]:
        below = "/".join(part for part in (targets.get(target, ""), directory) if part)
        found = {
            name[len(below) + 1 :]: snapshot.read(blob.oid)
            for name, blob in snapshot.blobs(below).items()
            if blob.mode == "100644"
        }
        return {
            name: data
            for name, data in found.items()
            if "/" not in name and data.startswith(MARK_BYTES)
        }

    return read


def _commit(repository: Repository, ref: str) -> str:
    found = repository.resolve(ref)
    if found is None:
        raise GitError(f"{repository}: there is no commit {visible(ref)}: fetch it first")
    return found


def _merge_base(repository: Repository, onto: str, tip: str, names: tuple[str, str]) -> str:
    """Where the two parted; several such places would let a branch hide what it takes back."""
    found = repository.sought("merge-base", "--all", onto, tip).split()
    base, head = map(visible, names)
    if not found:
        raise JudgementError(
            f"{head} and {base} have no commit in common here: fetch all of their history"
            " (fetch-depth: 0, or git fetch --unshallow)"
        )
    if len(found) > 1:
        raise JudgementError(
            f"{head} and {base} parted more than once: merge {base} into the branch first"
        )
    return found[0]


def _differing(one: Mapping[str, Blob], other: Mapping[str, Blob]) -> list[str]:
    return [p for p in {**one, **other} if not _is_same(one.get(p), other.get(p))]


def _is_same(one: Blob | None, other: Blob | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.mode, one.oid) == (other.mode, other.oid)


def _merged(
    start: Mapping[str, Blob], base: Mapping[str, Blob], head: Mapping[str, Blob], name: str
) -> dict[str, Blob | None]:
    """What the head changes of the base. A path that both changed is not guessed."""
    ours = [p for p in _differing(start, head) if not _is_same(base.get(p), head.get(p))]
    stale = sorted(p for p in ours if not _is_same(start.get(p), base.get(p)))
    if stale:
        shown = ", ".join(map(visible, stale[:NAMES_SHOWN]))
        more = f" and {len(stale) - NAMES_SHOWN:,} more" if len(stale) > NAMES_SHOWN else ""
        raise JudgementError(
            f"{shown}{more} changed on {visible(name)} as well since the branch began:"
            f" merge {visible(name)} into the branch first"
        )
    return {path: head.get(path) for path in ours}


def _inside(
    changed: Mapping[str, Blob | None], directory: str
) -> Iterator[tuple[str, Blob | None]]:
    start = f"{directory}/" if directory else ""
    for path, blob in changed.items():
        if path.startswith(start):
            name = path[len(start) :]
            yield name, blob and Blob(name, blob.mode, blob.oid)


def _from_tree(path: str, directory: str) -> str:
    """A path from the source tree, or with a slash in front from the repository."""
    if not directory:
        return path
    return path[len(directory) + 1 :] if path.startswith(f"{directory}/") else f"/{path}"


def _mode(blob: Blob | None) -> str | None:
    return blob.mode if blob else None


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
