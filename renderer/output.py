"""Where bundles are written to: a directory, or a branch. Only the rooms behind this know which."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from renderer.bundle import Bundle


class Change(StrEnum):
    """What a render does to a bundle."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One file as it stands and as it should be; None where there is none."""

    name: str
    old: str | None
    new: str | None


class Output(Protocol):
    """Bundles as they stand, and as they shall stand. `str` says where, to people."""

    @property
    def identity(self) -> str:
        """What no other output has."""

    def writing(self, *, notes: bool = False) -> AbstractContextManager[None]:
        """Holds the output for one writer; with notes, `staged_stamp` knows what is staged."""

    def read(self, directory: str) -> dict[str, bytes]:
        """Our files of a bundle as they stand."""

    def stage(self, bundle: Bundle) -> Change:
        """Prepares a bundle; says what publishing it will do. May be called by many processes."""

    def publish(self, directory: str, keep: Iterable[str]) -> None:
        """Lets a staged bundle stand; our files that it no longer has go."""

    def bundles(self, beside: Collection[str]) -> list[str]:
        """The directories that hold files of ours, but for those given."""

    def remove(self, directory: str) -> None:
        """Removes our files of a bundle."""

    def stamp(self, directory: str) -> str:
        """The state of a bundle as it stands."""

    def staged_stamp(self, directory: str, change: Change) -> str:
        """The state that a bundle will be left in; "" where that is not known yet."""
