"""A checked-out branch moved: its files and its index follow, and a kill changes nothing in that.

What is about to be overwritten is what the last commit put there, or what we began to write.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from renderer.errors import GitError
from renderer.git.commands import Answer
from renderer.git.journal import Journal
from renderer.git.places import Checkout, Place
from renderer.git.strangers import Changed, refuse_strangers
from renderer.git.words import meaning

EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_PATIENCE = 5.0
_PAUSE = 0.05


def settle(place: Place, branch: str) -> None:
    """Finish what is pending for a branch, whoever began it."""
    journal = Journal(place.common, branch)
    pending = journal.read()
    if pending is None:
        return
    old, new = pending
    journal.remove_locks(new)
    if place.head(branch) == new:
        for checkout in place.checkouts(branch):
            _catch_up(place, checkout, old, new)
    journal.end()


def _catch_up(place: Place, checkout: Checkout, old: str | None, new: str) -> None:
    before = old or EMPTY_TREES[len(new)]
    with holding_index(checkout):
        changes = list(_changes(place, before, new))
        refuse_strangers(place, checkout, changes)
        private = checkout.own / "octavo-index"
        for leftover in (private, private.with_name("octavo-index.lock")):
            leftover.unlink(missing_ok=True)
        if checkout.index.exists():
            shutil.copy2(checkout.index, private)
        _ask(place, checkout, "read-tree", "-i", "-m", before, new)
        for change in changes:
            if change.is_gone:
                _remove(checkout.top, change.path)
        paths = b"".join(os.fsencode(each.path) + b"\0" for each in changes if not each.is_gone)
        _ask(place, checkout, "checkout-index", "-f", "-u", "-q", "-z", "--stdin", feed=paths)
        private.replace(checkout.index)


@contextmanager
def holding_index(checkout: Checkout) -> Iterator[None]:
    """Git's own lock, made by a link to a file of ours: so we know it again after a kill."""
    holder = checkout.own / "octavo-holder"
    try:
        holder.touch()
        _link(holder, checkout)
    except OSError as error:
        raise GitError(f"{checkout.lock}: {error.strerror or error}") from error
    try:
        yield
    finally:
        checkout.lock.unlink(missing_ok=True)
        holder.unlink(missing_ok=True)


def _link(holder: Path, checkout: Checkout) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            os.link(holder, checkout.lock)
        except FileExistsError:
            with suppress(FileNotFoundError):
                if checkout.lock.samefile(holder):
                    return
            if time.monotonic() > deadline:
                raise GitError(
                    f"{checkout.top}: git is at work there ({checkout.lock} exists): wait, or"
                    " remove that file when no git is running"
                ) from None
            time.sleep(_PAUSE)
        else:
            return


def _changes(place: Place, before: str, new: str) -> Iterator[Changed]:
    answer = place.run("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", before, new)
    if answer.status:
        raise GitError(f"{place.common}: {meaning(answer.err)}")
    parts = answer.out.decode(errors="surrogateescape").split("\0")[:-1]
    for about, path in zip(parts[::2], parts[1::2], strict=True):
        _, _, before_id, id_now, status = about.split(" ")
        yield Changed(path, before_id, id_now, status)


def _remove(top: Path, path: str) -> None:
    """A file, and the directories that nothing else is in; nothing through a link."""
    parents = list(Path(path).parents)[:-1]
    if any((top / parent).is_symlink() for parent in parents):
        return
    with suppress(FileNotFoundError, NotADirectoryError):
        (top / path).unlink()
    with suppress(OSError):
        for parent in parents:
            (top / parent).rmdir()


def _ask(place: Place, checkout: Checkout, *words: str, feed: bytes | None = None) -> Answer:
    private = {"GIT_INDEX_FILE": str(checkout.own / "octavo-index")}
    commands = place.commands.adding(private)
    return commands.ask(*checkout.words, *words, feed=feed, about=str(checkout.top))
