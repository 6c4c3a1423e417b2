"""The Notebooks of one side, by what they are called, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from renderer.errors import Problem
from renderer.model.notebook import Notebook

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A Notebook, its file, and its document as text that only the same document has."""

    notebook: Notebook
    file: str
    text: str

    @property
    def identity(self) -> Identity:
        return self.notebook.namespace, self.notebook.name


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A file, read. It is whole where it holds Notebooks, and nothing that is wrong or unknown."""

    notebooks: tuple[Declared, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True


@dataclass(slots=True)
class Books:
    """The Notebooks of the files that differ, and those elsewhere that are called the same."""

    by_identity: dict[Identity, list[Declared]] = field(default_factory=dict)

    def add(self, found: Iterable[Declared]) -> None:
        for each in found:
            self.by_identity.setdefault(each.identity, []).append(each)

    def of(self, identity: Identity) -> list[Declared]:
        return self.by_identity.get(identity, [])
