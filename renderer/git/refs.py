"""A branch moves from one commit to another, or not at all."""

from __future__ import annotations

import time

from renderer.errors import GitError
from renderer.git.following import settle
from renderer.git.journal import Journal
from renderer.git.places import Place
from renderer.git.words import meaning

_PATIENCE = 5.0
_PAUSE = 0.05
_LOCKED = "unable to create"


def move(place: Place, branch: str, new: str, old: str | None) -> bool:
    """Compare and swap; False when somebody was faster. Worktrees are to follow."""
    journal = Journal(place.common, branch)
    settle(place, branch)
    journal.begin(old, new)
    deadline = time.monotonic() + _PATIENCE
    ref = f"refs/heads/{branch}"
    words = ("update-ref", "-m", "octavo render", ref, new, old or "0" * len(new))
    while (answer := place.run(*words)).status:
        if place.head(branch) != old:
            journal.end()
            return False
        if _LOCKED not in answer.err.lower() or time.monotonic() > deadline:
            journal.end()
            raise GitError(f"{place.common}: branch {branch}: {meaning(answer.err)}")
        time.sleep(_PAUSE)
    if not place.has_worktrees:
        journal.end()
    return True
