"""Positions as they are found from where the command runs, so that editors and CI find them."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

from renderer.errors import Problem
from renderer.position import Position


class Places:
    """Where the files of a source tree are, seen from the working directory."""

    def __init__(self, *roots: Path) -> None:
        self._roots = tuple(_seen_from_here(root) for root in roots)
        self._file = cache(self._look_up)

    def of(self, position: Position) -> Position:
        return position._replace(file=self._file(position.file))

    def of_problem(self, problem: Problem) -> Problem:
        there = tuple(map(self.of, problem.there))
        return replace(problem, position=self.of(problem.position), there=there)

    def _look_up(self, file: str) -> str:
        """The first root that has the file; files of no root, as Octavo's own, stay as they are."""
        found = (root / file for root in self._roots if _exists(root / file))
        path = next(found, None)
        return file if path is None else path.as_posix()


def _seen_from_here(root: Path) -> Path:
    if root.is_absolute() and root.is_relative_to(Path.cwd()):
        root = root.relative_to(Path.cwd())
    return Path(os.path.normpath(root))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
