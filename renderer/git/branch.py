"""A branch as an output: a commit is looked at, and what shall differ from it is staged.

What would be the same is neither read nor written: git's own names of contents are compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from renderer.bundle import KUSTOMIZATION as LIST
from renderer.bundle import Bundle
from renderer.destination import MARK_BYTES, ROOTS
from renderer.errors import OutputError
from renderer.git import marker
from renderer.git.marker import REGULAR
from renderer.git.naming import tree_id
from renderer.git.reading import Blob, Snapshot
from renderer.git.writing import blob_id, fragment
from renderer.output import Change, Difference, anything, differences

NEW_MODE = "100644"
SHA256_DIGITS = 64
NOTEBOOKS = "notebooks"


class BranchOutput:
    """Bundles below a path of a branch, as a commit has them.

    `staging` is a directory of this output alone: each process leaves there what it staged.
    """

    def __init__(self, snapshot: Snapshot, place: str, path: str, staging: Path) -> None:
        self.snapshot = snapshot
        self.prefix = f"{path}/" if path else ""
        self.removals: list[str] = []
        self._place = place
        self._staging = staging
        self._stamps: dict[str, str] = {}
        self._plain: set[str] = set()
        self._algorithm = _algorithm_of(snapshot)
        self._shelves: dict[str, dict[str, Blob]] = {}

    def __str__(self) -> str:
        return self._place

    @property
    def identity(self) -> str:
        """What no other output has."""
        return f"git {self._place}"

    @property
    def knows_stamps(self) -> bool:
        """One listing tells them all."""
        return True

    @property
    def fragments(self) -> list[Path]:
        """What was staged, as commands for fast-import."""
        return sorted(self._staging.iterdir())

    @contextmanager
    def writing(self, *, notes: bool = False) -> Iterator[None]:
        """Nobody is kept out: who is later finds the branch moved, and renders again."""
        del notes
        yield

    def read(self, directory: str, wanted: Callable[[str], bool] = anything) -> dict[str, bytes]:
        """Our files of a bundle as they stand, of those names that are wanted."""
        found = {}
        for name, blob in sorted(self._shelf(directory).items()):
            if wanted(name) and (data := self._ours(blob)) is not None:
                found[name] = data
        return found

    def compare(self, bundle: Bundle) -> list[Difference]:
        """The files of a bundle that differ from what stands."""
        return differences(bundle, self.read(bundle.directory))

    def stage(self, bundle: Bundle) -> Change:
        """Prepares a bundle; says what committing it will do."""
        directory = bundle.directory
        self._refuse_obstacles(directory)
        shelf = self._shelf(directory)
        fresh = {name: text.encode() for name, text in bundle.files.items()}
        made = {name: self._blob(name, data, shelf) for name, data in fresh.items()}
        changed = {name: fresh[name] for name, blob in made.items() if shelf.get(name) != blob}
        gone = [name for name in self._beside(shelf, fresh) if self._ours(shelf[name]) is not None]
        if not changed and not gone:
            return Change.SAME
        self._refuse_foreign(directory, changed, shelf)
        self._append(fragment(f"{self._at(directory)}/{k}", v) for k, v in changed.items())
        left = {name: blob for name, blob in shelf.items() if name not in gone}
        below = dict(self._subtrees(directory))
        self._stamps[directory] = tree_id({**left, **made}, below, self._algorithm)
        return Change.CHANGED if gone or not made.keys().isdisjoint(shelf) else Change.ADDED

    def mark(self, *, is_used: bool) -> None:
        """Stages the mark that this place is ours, where it is missing."""
        if is_used and not marker.is_managed(self.snapshot, self.prefix):
            self._append([fragment(self.prefix + marker.NAME, marker.TEXT.encode())])

    def publish(self, directory: str, keep: Iterable[str]) -> None:
        """Lets a staged bundle be committed; our files that it no longer has go."""
        self._drop(directory, self._beside(self._shelf(directory), set(keep)))

    def remove(self, directory: str) -> None:
        """Removes our files of a bundle."""
        self._drop(directory, self._shelf(directory))

    def bundles(self, beside: Collection[str]) -> list[str]:
        """The directories that hold files of ours, but for those given."""
        known = (path.removeprefix(self.prefix) for path in self._directories())
        return [
            directory
            for directory in sorted(known)
            if _may_be_bundle(directory) and directory not in beside and self._is_ours(directory)
        ]

    def stamp(self, directory: str) -> str:
        """What git calls a bundle's directory as it stands."""
        return self.snapshot.trees().get(self._at(directory), "")

    def staged_stamp(self, directory: str, change: Change) -> str:
        """What git will call it."""
        if change is Change.SAME:
            return self.stamp(directory)
        return self._stamps.pop(directory)

    def _at(self, directory: str) -> str:
        return self.prefix + directory

    def _directories(self) -> Iterator[str]:
        return (path for path in self.snapshot.trees() if path.startswith(self.prefix))

    def _shelf(self, directory: str) -> Mapping[str, Blob]:
        """What stands in a directory itself, by name."""
        shelf = self._shelves.get(directory)
        if shelf is None:
            path = self._at(directory)
            below = self._listed(directory) if path in self.snapshot.trees() else {}
            named = ((blob.path[len(path) + 1 :], blob) for blob in below.values())
            shelf = {name: blob for name, blob in named if "/" not in name}
            self._shelves[directory] = shelf
        return shelf

    def _listed(self, directory: str) -> Mapping[str, Blob]:
        area = directory.partition("/")[0]
        if area != NOTEBOOKS:  # few files: one listing serves all of them
            self.snapshot.blobs(self._at(area))
        return self.snapshot.blobs(self._at(directory))

    def _ours(self, blob: Blob) -> bytes | None:
        """The bytes of a file of ours; None for any other."""
        if blob.mode not in REGULAR:
            return None
        data = self.snapshot.read(blob.oid)
        return data if data.startswith(MARK_BYTES) else None

    def _is_ours(self, directory: str) -> bool:
        shelf = self._shelf(directory)
        if LIST in shelf and shelf[LIST].mode in REGULAR:
            return self._ours(shelf[LIST]) is not None
        return any(self._ours(blob) is not None for blob in shelf.values())

    @staticmethod
    def _beside(shelf: Mapping[str, Blob], names: Collection[str]) -> list[str]:
        return [name for name in shelf if name not in names]

    def _blob(self, name: str, data: bytes, shelf: Mapping[str, Blob]) -> Blob:
        """What git will hold of a file; one that is the same keeps its mode."""
        oid = blob_id(data, self._algorithm)
        old = shelf.get(name)
        if old is not None and old.oid == oid and old.mode in REGULAR:
            return old
        return Blob("", NEW_MODE, oid)

    def _drop(self, directory: str, names: Iterable[str]) -> None:
        shelf = self._shelf(directory)
        self.removals.extend(
            f"{self._at(directory)}/{name}" for name in names if self._ours(shelf[name]) is not None
        )

    def _append(self, fragments: Iterable[bytes]) -> None:
        data = b"".join(fragments)
        with (self._staging / str(os.getpid())).open("ab", buffering=0) as file:
            while data:
                data = data[file.write(data) :]

    def _refuse_obstacles(self, directory: str) -> None:
        """A file, a link or another repository in the place of a directory is not ours to take."""
        path = self._at(directory)
        trees = self.snapshot.trees()
        while path and path not in self._plain:
            parent = path.rpartition("/")[0]
            is_there = path in trees or (parent and parent not in trees)
            if not is_there and path in self.snapshot.blobs(parent):
                raise OutputError(
                    f"{self}: {path} is no directory, and bundles need its place:"
                    " remove it, or render elsewhere"
                )
            self._plain.add(path)
            path = parent

    def _refuse_foreign(
        self, directory: str, changed: Iterable[str], shelf: Mapping[str, Blob]
    ) -> None:
        for name in changed:
            path = f"{self._at(directory)}/{name}"
            is_foreign = name in shelf and self._ours(shelf[name]) is None
            if is_foreign or path in self.snapshot.trees():
                raise OutputError(
                    f"{self}: {path} is not a file that Octavo rendered, and a bundle needs its"
                    " place: move it away or render elsewhere"
                )

    def _subtrees(self, directory: str) -> Iterator[tuple[str, str]]:
        trees = self.snapshot.trees()
        start = f"{self._at(directory)}/"
        if self._at(directory) in trees:
            for path, oid in trees.items():
                if path.startswith(start) and "/" not in path[len(start) :]:
                    yield path[len(start) :], oid


def _may_be_bundle(directory: str) -> bool:
    root, *below = directory.split("/")
    return ROOTS.get(root) == len(below)


def _algorithm_of(snapshot: Snapshot) -> str:
    """A commit's name tells how objects are named here."""
    if snapshot.commit is None:
        return snapshot.repository.algorithm
    return "sha256" if len(snapshot.commit) == SHA256_DIGITS else "sha1"
