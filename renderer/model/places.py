"""Where the bundles of a target stand: a directory of a branch."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A branch, and the directory in it; the root is the empty path."""

    branch: str
    path: str

    def clash(self, other: Place) -> str:
        """Why one repository cannot hold both, or empty where it can."""
        if self.branch != other.branch:
            named = self.branch and other.branch
            return _NESTED if named and _overlap(self.branch, other.branch) else ""
        # Where bundles are checked out, capitals may make no difference.
        return _OVERLAP if _overlap(self.path.casefold(), other.path.casefold()) else ""


_NESTED = "git cannot hold both branches, as one is a directory of the other"
_OVERLAP = "they would be written over one another"


def _overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one is above the other."""
    parts = [path.split("/") if path else [] for path in (one, other)]
    shared = min(map(len, parts))
    return parts[0][:shared] == parts[1][:shared]
