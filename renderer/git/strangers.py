"""What stands in a worktree, and is neither the last commit's nor begun by us, is not touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from renderer.errors import GitError
from renderer.git.address import shown
from renderer.git.places import Checkout, Place

# So many paths fit into a command; beyond that it is told of none.
_NAMED = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """A path that a commit changes: what it was there, and what it becomes."""

    path: str
    old: str
    new: str
    status: str

    @property
    def is_gone(self) -> bool:
        return self.status == "D"

    @property
    def is_new(self) -> bool:
        return self.status == "A"


def refuse_strangers(place: Place, checkout: Checkout, changes: Sequence[Changed]) -> None:
    """GitError where a change would overwrite what somebody wrote by hand."""
    strangers = list(_foreign(place, checkout, changes))
    if strangers:
        raise GitError(
            f"{checkout.top}: {shown(strangers[0])} was written by hand meanwhile"
            + (f", and {len(strangers) - 1} more" if len(strangers) > 1 else "")
            + ": the commit is on the branch, and the worktree follows once this is moved away"
        )


def uncommitted(place: Place, checkout: Checkout, paths: Collection[str]) -> list[str]:
    """Which paths of a worktree are not as the branch has them; untracked ones too."""
    words = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"]
    words += ["--ignore-submodules=dirty", "--", *paths]
    answer = place.commands.ask(*checkout.words, *words, about=str(checkout.top))
    return [entry[3:] for entry in _split(answer.out)]


def _foreign(place: Place, checkout: Checkout, changes: Sequence[Changed]) -> Iterator[str]:
    links = _links(checkout, changes)
    standing = []
    for change in _suspects(place, checkout, changes, links):
        file = f"{checkout.top}/{change.path}"
        if change.path.startswith(links) or (os.path.isdir(file) and not os.path.islink(file)):  # noqa: PTH112, PTH114
            yield change.path
        elif os.path.lexists(file):
            standing.append(change)
    ids = _ids(place, checkout, [change.path for change in standing])
    for change, oid in zip(standing, ids, strict=True):
        if oid not in {change.old, change.new} and not _is_begun(place, checkout, change):
            yield change.path


def _suspects(
    place: Place, checkout: Checkout, changes: Sequence[Changed], links: tuple[str, ...]
) -> Iterator[Changed]:
    """Changes of what is not as the index has it, or is not in it and stands there."""
    named = [change.path for change in changes] if len(changes) <= _NAMED else []
    words = ("diff-files", "-z", "--name-only", "--", *named)
    odd = set(_split(place.commands.ask(*checkout.words, *words, about=str(checkout.top)).out))
    top = f"{checkout.top}/"
    for change in changes:
        if (
            change.path in odd
            or (links and change.path.startswith(links))
            or (change.is_new and os.path.lexists(top + change.path))
        ):
            yield change


def _links(checkout: Checkout, changes: Sequence[Changed]) -> tuple[str, ...]:
    """Links that stand where these have directories, as the beginnings of paths."""
    folders = {change.path.rpartition("/")[0] for change in changes} - {""}
    for folder in list(folders):
        parent = folder.rpartition("/")[0]
        while parent and parent not in folders:
            folders.add(parent)
            parent = parent.rpartition("/")[0]
    return tuple(f"{each}/" for each in folders if os.path.islink(f"{checkout.top}/{each}"))  # noqa: PTH114


def _ids(place: Place, checkout: Checkout, paths: Sequence[str]) -> Sequence[str]:
    """What git would call the files as they stand."""
    if not paths:
        return ()
    feed = b"".join(_quoted(path) + b"\n" for path in paths)
    words = (*checkout.words, "hash-object", "--stdin-paths")
    return place.commands.ask(*words, feed=feed, about=str(checkout.top)).text.splitlines()


def _is_begun(place: Place, checkout: Checkout, change: Changed) -> bool:
    """Whether a file is the beginning of what it shall be: git was killed as it wrote it."""
    file = checkout.top / change.path
    if change.is_gone or file.is_symlink():
        return False
    whole = place.run("cat-file", "blob", change.new)
    return whole.status == 0 and whole.out.startswith(file.read_bytes())


def _split(out: bytes) -> list[str]:
    return [part for part in out.decode(errors="surrogateescape").split("\0") if part]


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return os.fsencode(f'"{escaped}"')
