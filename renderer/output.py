"""Where bundles are written to: a directory, or a branch. Only the rooms behind this know which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
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


def anything(_: str) -> bool:
    """Every name."""
    return True


def differences(bundle: Bundle, old: Mapping[str, bytes]) -> list[Difference]:
    """The files of a bundle that differ from those of ours that stand there."""
    return [
        Difference(
            f"{bundle.directory}/{name}",
            old[name].decode(errors="replace") if name in old else None,
            bundle.files.get(name),
        )
        for name in sorted({*old, *bundle.files})
        if name not in old or old[name] != bundle.files.get(name, "").encode()
    ]


class Output(Protocol):
    """Bundles as they stand, and as they shall stand. `str` says where, to people."""

    @property
    def identity(self) -> str:
        """What no other output has."""

    @property
    def knows_stamps(self) -> bool:
        """Whether stamps are at hand, so that to ask for one costs nothing."""

    def writing(self, *, notes: bool = False) -> AbstractContextManager[None]:
        """Holds the output for one writer; with notes, `staged_stamp` knows what is staged."""

    def read(self, directory: str, wanted: Callable[[str], bool] = anything) -> dict[str, bytes]:
        """Our files of a bundle as they stand, of those names that are wanted."""

    def compare(self, bundle: Bundle) -> list[Difference]:
        """The files of a bundle that differ from what stands."""

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
