"""The notebook that a command names, with all that is needed to render it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renderer.destination import OutputDirectory
from renderer.errors import InputError, OctavoError, Problem
from renderer.history import previous_of
from renderer.installation import Installation, has_errors
from renderer.model.fragments import Reference
from renderer.model.notebook import Notebook
from renderer.revisions import Previous
from renderer.sources import SourceTree
from renderer.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A notebook, what it is rendered with, and the problems met on the way to it."""

    notebook: Notebook
    installation: Installation
    previous: Previous
    output: Path
    problems: tuple[Problem, ...]


def open_target(tree: Path, name: Reference) -> Target:
    """Reads what the notebook needs. Raises InputError where that cannot be read."""
    workspace = open_workspace(SourceTree(tree))
    problems = list(workspace.problems)
    found = workspace.find(name.namespace, name.name, problems)
    if workspace.installation is None or (not found and has_errors(problems)):
        raise InputError(problems)
    if not found:
        raise OctavoError(_unknown(workspace, name))
    if len(found) > 1:
        raise InputError([*problems, _twice(found[0], found[1])])
    output = tree / workspace.settings.output
    directory = f"notebooks/{name}"
    previous = previous_of(directory, OutputDirectory(output).read(directory), problems)
    return Target(found[0], workspace.installation, previous, output, tuple(problems))


def _unknown(workspace: Workspace, name: Reference) -> str:
    from renderer.schema.suggest import did_you_mean

    known = [str(notebook) for notebook in _alike(workspace, name)]
    hint = did_you_mean(str(name), known)
    place = workspace.settings.notebooks
    return f"there is no Notebook {name} below {place}/{f'; {hint}' if hint else ''}"


def _alike(workspace: Workspace, name: Reference) -> list[Notebook]:
    """The Notebooks of which at least one half of the name is right."""
    found = list(workspace.catalog_notebooks)
    for file in workspace.notebook_files:
        try:
            data = file.read()
        except InputError:
            continue
        if name.name.encode() in data or name.namespace.encode() in data:
            found.extend(workspace.notebooks_in(file, []))
    return found


def _twice(first: Notebook, second: Notebook) -> Problem:
    path = ("metadata", "name")
    return Problem(
        second.origin.at(path),
        f"there are two Notebooks {second}",
        there=(first.origin.at(path),),
        hint="rename or remove one of them",
    )
