"""The commit that sources are of, and whether they are as it says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from renderer.errors import GitError
from renderer.git.repository import Repository
from renderer.tree import Tree
from renderer.unreadable import SETTINGS
from renderer.workspace import Workspace

SHOWN = 3
DIRTY = "-dirty"


@dataclass(frozen=True, slots=True)
class Origin:
    """The repository that a source tree stands in; `below` leads from its top to the tree."""

    repository: Repository
    below: str

    @classmethod
    def of(cls, root: Path) -> Self | None:
        """None where the tree stands in no repository."""
        real = Path(os.path.realpath(root))
        if not any(os.path.lexists(folder / ".git") for folder in (real, *real.parents)):
            return None
        repository = Repository.open(real)
        if repository.is_bare:
            return None
        below = os.path.relpath(real, os.path.realpath(repository.path))
        return cls(repository, "" if below == "." else f"{below}/")

    def commit(self, sources: Iterable[str], names: Iterable[str], *, allow_dirty: bool) -> str:
        """The commit that these directories of the tree, and the files read there, are of.

        Raises GitError where they are not as it says, unless that is allowed: then it is marked.
        """
        paths = [f"{self.below}{source}" for source in sources]
        found = self.repository.resolve("HEAD")
        dirt = self.repository.is_dirty(paths) if found else ["all of it"]
        dirt = dirt or self._ignored(names)
        if not dirt:
            return found or ""
        if not allow_dirty:
            raise GitError(self._words(dirt))
        return f"{found}{DIRTY}" if found else ""

    def _ignored(self, names: Iterable[str]) -> list[str]:
        """Those files of the tree that git does not keep, as it was told to ignore them."""
        tracked = set(self.repository.listed("ls-files", "-z", "--full-name"))
        return [
            f"{self.below}{name}"
            for name in names
            if f"{self.below}{name}" not in tracked and self._behind_links(name) not in tracked
        ]

    def _behind_links(self, name: str) -> str:
        top = os.path.realpath(self.repository.path)
        return os.path.relpath(os.path.realpath(f"{top}/{self.below}{name}"), top)

    def _words(self, dirt: list[str]) -> str:
        shown = ", ".join(dirt[:SHOWN]) + (
            f" and {len(dirt) - SHOWN:,} more" if dirt[SHOWN:] else ""
        )
        return (
            f"{self.repository} has sources that are not committed: {shown}; commit them, or say"
            " --allow-dirty to render them as they are"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """The sources of one delivery, and the commit that they are of; "" where there is none."""

    origin: Origin | None
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    commit: str = ""

    @classmethod
    def of(cls, tree: Tree, workspace: Workspace, *, allow_dirty: bool) -> Self:
        origin = Origin.of(tree.root)
        if origin is None:
            return cls(None)
        settings = workspace.settings
        paths = (SETTINGS, settings.catalog, settings.notebooks, settings.charts)
        shared = (name for name, _ in workspace.shared if os.path.lexists(tree.root / name))
        names = (*shared, *(file.name for file in workspace.notebook_files))
        return cls(origin, paths, names, origin.commit(paths, names, allow_dirty=allow_dirty))

    def refuse_change(self) -> None:
        """Raises GitError where the commit would not name what was rendered."""
        if self.origin is None:
            return
        if self.origin.commit(self.paths, self.names, allow_dirty=True) != self.commit:
            message = "the sources changed while they were rendered, so nothing was: run again"
            raise GitError(message)
