"""What comes of reading one document: an item of ours, or the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from renderer.errors import Problem, Severity
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Reference
from renderer.model.notebook import Notebook
from renderer.model.singleuser import ImageStream, Profiles, Templates
from renderer.position import Document, Path

OfJupyterHub: TypeAlias = Profiles | Templates | ImageStream
Parsed: TypeAlias = Template | PodDefault | Size | Notebook | OfJupyterHub


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The item, or None where a problem is an error.

    `kind` and `name` say what a document without an item claims to be, as far as it does, so that
    what refers to it need not be called wrong as well.
    """

    item: Parsed | None = None
    problems: tuple[Problem, ...] = ()
    kind: str = ""
    name: Reference | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """The words of a problem, before its place is known."""

    message: str
    expected: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    def at(self, document: Document, path: Path, *there: Path) -> Problem:
        places = tuple(map(document.at, there))
        words = (self.message, self.expected, self.hint)
        return Problem(document.at(path), *words, places, self.severity)
