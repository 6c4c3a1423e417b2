"""Reading back what a bundle said before: its revisions, and the one that was elected."""

from __future__ import annotations

from collections.abc import Mapping

from renderer import names
from renderer.errors import InputError, Problem, Severity
from renderer.labels import REVISION
from renderer.position import Document, Origin, Position
from renderer.revisions import Previous, Revision
from renderer.yamlio import load_all

REVISION_FILES = "controllerrevision-"
NOTEBOOK_FILE = "notebook.yaml"


def remembers(name: str) -> bool:
    """Whether a file of a bundle says anything about its history."""
    return name.startswith(REVISION_FILES) or name == NOTEBOOK_FILE


def previous_of(directory: str, files: Mapping[str, bytes], problems: list[Problem]) -> Previous:
    """The history in the files of a bundle. A revision that was tampered with is left out."""
    revisions: list[Revision] = []
    elected = ""
    for name, data in sorted(files.items()):
        if not remembers(name):
            continue
        try:
            (document,) = load_all(data, f"{directory}/{name}")
            if name == NOTEBOOK_FILE:
                elected = (document.value["metadata"].get("annotations") or {}).get(REVISION, "")
            else:
                revisions.append(_revision(document))
        except (InputError, KeyError, TypeError, ValueError):
            problems.append(_unreadable(directory, name))
    return Previous(tuple(revisions), elected)


def _revision(document: Document) -> Revision:
    data, number = document.value["data"], int(document.value["revision"])
    found = str(document.value["metadata"]["name"]).rsplit("-", 1)[-1]
    if names.content_hash(data) != found:
        message = "the data of this revision is not what its name says"
        raise ValueError(message)
    return Revision(found, number, data, Origin(document, ("data",)))


def _unreadable(directory: str, name: str) -> Problem:
    return Problem(
        Position(f"{directory}/{name}", 1, 1),
        "this file of the bundle rendered before was changed by hand, and its history is left out",
        hint="restore it from git to keep the history",
        severity=Severity.WARNING,
    )
