"""What the agent asks of a source, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Snapshot(Protocol):
    """All bundles as they stood at one moment."""

    @property
    def revision(self) -> str:
        """The id of the commit; empty where there is none."""

    @property
    def trees(self) -> Mapping[str, str]:
        """Every bundle's directory, sorted, and what changes when one of its files does."""

    def read(self, directory: str) -> Mapping[str, bytes]:
        """The files of one bundle by name; BundleError where it holds what no bundle may."""

    def check_whole(self) -> None:
        """SourceError where the source changed, or was half-written, while it was read."""

    def held(self, directory: str) -> bool | None:
        """Whether the branch ever held this directory; None where that cannot be told."""

    def close(self) -> None:
        """Let go of files and processes."""


class Source(Protocol):
    """A place where bundles are."""

    def describe(self) -> str:
        """Its name for people, without credentials."""

    def fetch(self) -> Snapshot:
        """What stands there now."""
