"""CODEOWNERS: whose each file is, as far as that format can say it. The last match wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from renderer.errors import OctavoError, Problem
from renderer.model.settings import Settings
from renderer.model.subjects import Subject
from renderer.review.books import Declared, Reading
from renderer.review.declared import read
from renderer.review.said import visible
from renderer.tree import Tree
from renderer.workspace import Workspace

HEAD = """\
# Made by `octavo codeowners`: make it again when owners change, do not edit it.
# The last line that matches a file says whose it is. Where a file holds notebooks of several
# owners, any of them may approve here: `octavo review` tells them apart.
"""
# A line without owners would say that anybody may change what it matches.
NO_ADMINS = (
    "octavo.yaml names no admin that the forge knows, and everything but notebooks would be"
    " nobody's: say who they are under admins, and review.identities or review.teams"
)
SPECIAL = re.compile(r"([\\*?\[\] #!])")
WILD = re.compile(r"([\\\[\] #!])")
EMAIL = re.compile(r"[^@\s#]+@[^@\s#]+\.[^@\s#]+")
LOGIN = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_.\[\]]*")


@dataclass(frozen=True, slots=True)
class File:
    """A Notebook file, as it was read."""

    name: str
    reading: Reading


def codeowners(settings: Settings, files: Sequence[File], prefix: str = "") -> str:
    """The whole file; `prefix` is where the source tree stands in the repository."""
    lines = _Lines(settings, prefix.strip("/"))
    return HEAD + "".join(f"{line}\n" for line in lines.all(files))


class _Lines:
    """Lines in the order in which later ones win."""

    def __init__(self, settings: Settings, prefix: str) -> None:
        self._settings = settings
        self._start = f"/{escaped(prefix)}/" if prefix else "/"
        self._admins = list(dict.fromkeys(n for s in settings.admins for n in self._names(s)))

    def all(self, files: Sequence[File]) -> Iterator[str]:
        settings = self._settings
        if not self._admins:
            raise OctavoError(NO_ADMINS)
        yield self._line("*", self._admins)
        globs = settings.review.anyone
        yield from (self._glob(glob) for glob in globs if not _is_hidden(glob))
        yield self._line(".*", self._admins)
        yield from (self._glob(glob) for glob in globs if _is_hidden(glob))
        for directory in (settings.notebooks, settings.catalog, settings.charts):
            if directory not in (".", "./"):
                place = self._start + escaped(directory.strip("/").removeprefix("./")) + "/"
                yield self._line(place, self._admins)
        yield self._line(f"{self._start}octavo.yaml", self._admins)
        for file in sorted(files, key=lambda each: each.name):
            yield from self._file(file)

    def _file(self, file: File) -> Iterator[str]:
        """A file that cannot be read, or whose name cannot be written, stays with the admins."""
        if not file.name.isprintable():
            yield f"# {visible(file.name)} has a name that cannot be written here."
            return
        if not file.reading.is_whole or not file.reading.notebooks:
            return
        if any(part.startswith(".") for part in file.name.split("/")):
            return
        owners = list(dict.fromkeys(self._owners(file.reading.notebooks)))
        if owners and owners != self._admins:
            yield self._line(self._start + escaped(file.name), owners)

    def _owners(self, notebooks: Iterable[Declared]) -> Iterator[str]:
        for each in notebooks:
            owner = each.notebook.owner
            names = self._names(owner) if owner is not None else []
            yield from names or self._admins

    def _names(self, subject: Subject) -> list[str]:
        """What the forge calls them; nobody that it does not know."""
        settings = self._settings
        match subject.kind:
            case "User":
                return self._logins(subject.name)
            case "Group":
                team = settings.review.teams.get(subject.name)
                if team is not None:
                    return [team]
                members = settings.groups.get(subject.name, ())
                return [name for user in members for name in self._logins(user)]
            case _:
                return self._logins(f"system:serviceaccount:{subject.namespace}:{subject.name}")

    def _logins(self, user: str) -> list[str]:
        identities = self._settings.review.identities
        if identities is not None:
            return [f"@{login}" for login, name in identities.items() if name == user]
        if LOGIN.fullmatch(user):
            return [f"@{user}"]
        return [user] if EMAIL.fullmatch(user) else []

    def _glob(self, glob: str) -> str:
        start = "/" if glob.startswith("/") else self._start
        return start + WILD.sub(r"\\\1", glob.removeprefix("/"))

    @staticmethod
    def _line(pattern: str, owners: Sequence[str]) -> str:
        return " ".join([pattern, *owners])


def _is_hidden(glob: str) -> bool:
    return any(part.startswith(".") for part in glob.split("/"))


def escaped(path: str) -> str:
    """A path as a pattern that only it matches."""
    return SPECIAL.sub(r"\\\1", path)


def files_of_tree(tree: Tree, workspace: Workspace) -> list[File]:
    """The files that are read as Notebooks, also where they stand in the catalog's directory."""
    problems: list[Problem] = []
    settings = workspace.settings
    in_catalog = {file.name for file in tree.yaml_files(settings.catalog, problems)}
    found = [File(file.name, read(file)) for file in workspace.notebook_files]
    shared = [f for f in tree.yaml_files(settings.notebooks, problems) if f.name in in_catalog]
    return found + [File(file.name, read(file)) for file in shared]
