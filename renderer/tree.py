"""What a render reads from: a directory, or a commit. Only the rooms behind this know which."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from renderer.errors import Problem


class File(Protocol):
    """One file; `version` is another as soon as its bytes may be."""

    @property
    def name(self) -> str:
        """Its path from the root."""

    @property
    def version(self) -> tuple[int, ...]: ...

    def is_settled(self, now: int) -> bool:
        """Whether a change after `now`, in nanoseconds, is sure to show in its version."""

    def read(self) -> bytes:
        """The bytes; an InputError where they cannot be had."""


class Tree(Protocol):
    """`octavo.yaml`, a catalog and Notebook files."""

    @property
    def root(self) -> Path:
        """Where it stands on the disk, or the repository that it is from."""

    def settings(self) -> File | None:
        """`octavo.yaml`, where there is one."""

    def yaml_files(self, directory: str, problems: list[Problem]) -> list[File]:
        """The YAML files below a directory, by name. What cannot be read becomes a problem."""

    def files(self, directory: str, problems: list[Problem]) -> list[File]:
        """All files below a directory but hidden ones, by name."""
