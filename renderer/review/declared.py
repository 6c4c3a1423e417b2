"""Reading the Notebooks of files, and finding those of a name in files that nobody changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from renderer.errors import InputError, Problem
from renderer.installation import has_errors
from renderer.model.notebook import Notebook
from renderer.parse import parse_documents
from renderer.review.books import Declared, Identity, Reading
from renderer.tree import File
from renderer.yamlio import load_all

# What a name of Kubernetes consists of. A name that is spelled by escapes has a backslash near.
WORDS = re.compile(rb"[a-z0-9.-]+")
ESCAPE = b"\\"

NOTHING = Reading()


def read(file: File | None) -> Reading:
    """The Notebooks of a file, or of none."""
    if file is None:
        return NOTHING
    try:
        return read_text(file.name, file.read())
    except InputError as error:
        return Reading((), error.problems, is_whole=False)


def read_text(name: str, data: bytes) -> Reading:
    """The Notebooks of a file of these bytes."""
    problems: list[Problem] = []
    found: list[Declared] = []
    is_whole = True
    try:
        documents = load_all(data, name)
    except InputError as error:
        return Reading((), error.problems, is_whole=False)
    for document in documents:
        inside = list(parse_documents(document))
        is_whole = is_whole and bool(inside)
        for parsed in inside:
            problems.extend(parsed.problems)
            if isinstance(parsed.item, Notebook):
                written = parsed.item.origin.document.value
                found.append(Declared(parsed.item, name, repr(written)))
            else:
                is_whole = False
    return Reading(tuple(found), tuple(problems), is_whole and not has_errors(problems))


def of_catalog(notebooks: Iterable[Notebook]) -> Iterator[Declared]:
    """Notebooks that stand among the catalog's documents."""
    for notebook in notebooks:
        document = notebook.origin.document
        yield Declared(notebook, document.file, repr(document.value))


def differing(base: Sequence[File], head: Sequence[File]) -> list[str]:
    """The names of the files that are not the same on both sides, in order."""
    before, after = ({file.name: file for file in files} for files in (base, head))
    return sorted(
        name
        for name in before.keys() | after.keys()
        if not _is_same(before.get(name), after.get(name))
    )


def _is_same(one: File | None, other: File | None) -> bool:
    if one is None or other is None:
        return False
    if one.version == other.version:
        return True
    try:
        return one.read() == other.read()
    except InputError:
        return False


def called(names: Collection[Identity], files: Iterable[File]) -> Iterator[Declared]:
    """The Notebooks of these names in files, few of which are read as YAML."""
    wanted = {name.encode() for _, name in names}
    for file in files if names else ():
        try:
            data = file.read()
        except InputError:
            continue
        if ESCAPE in data or not wanted.isdisjoint(WORDS.findall(data)):
            yield from (each for each in read(file).notebooks if each.identity in names)


def inhabited(spaces: Collection[str], files: Iterable[File]) -> set[str]:
    """Those of the namespaces in which a Notebook of these files lives."""
    wanted = {space.encode() for space in spaces}
    found: set[str] = set()
    for file in files if wanted else ():
        try:
            words = WORDS.findall(data := file.read())
        except InputError:
            continue
        if ESCAPE in data or not wanted.isdisjoint(words):
            found.update(each.identity[0] for each in read(file).notebooks)
            wanted.difference_update(space.encode() for space in found)
        if not wanted:
            break
    return found.intersection(spaces)
