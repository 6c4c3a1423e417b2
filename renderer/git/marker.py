"""The mark of a place that Octavo manages: a file which says so."""

from __future__ import annotations

from renderer.bundle import MARK
from renderer.errors import GitError
from renderer.git.reading import Snapshot

NAME = ".octavo"
TEXT = f"{MARK}# Octavo writes, changes and removes the bundles beside this; other files stay.\n"
# Files, and neither links nor repositories of their own.
REGULAR = frozenset(("100644", "100755"))


def is_managed(snapshot: Snapshot, prefix: str) -> bool:
    """Whether the mark stands at the place that begins with this prefix."""
    if snapshot.commit is None:
        return False
    # Asked for by itself: a listing of the whole branch as paths takes longer.
    words = ("ls-tree", "-z", "--full-tree", snapshot.commit, "--", prefix + NAME)
    mode, _, rest = snapshot.repository.ask(*words).partition(" ")
    if mode not in REGULAR:
        return False
    oid = rest.split()[1]
    return snapshot.read(oid).startswith(MARK.encode())


def refuse_unmanaged(snapshot: Snapshot, prefix: str, place: str) -> None:
    """Raises GitError where others have files, and no mark says that we may write there."""
    if is_managed(snapshot, prefix):
        return
    example = next(iter(snapshot.blobs(prefix.rstrip("/"))), "")
    if example:
        raise GitError(
            f"{place} holds files that Octavo does not know of, such as {example}: name another"
            " --branch or --path, or say --adopt to write beside them"
        )
