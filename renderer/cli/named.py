"""The notebook that a command names, with all that is needed to render it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from renderer import placement
from renderer.cli.output import remark
from renderer.destination import OutputDirectory
from renderer.errors import InputError, OctavoError, Problem
from renderer.history import previous_of
from renderer.installation import Installation, has_errors
from renderer.model.fragments import Reference
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings, Target
from renderer.revisions import Previous
from renderer.sources import SourceTree
from renderer.targets import chosen, for_target
from renderer.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A notebook, what it is rendered with, and the problems met on the way to it."""

    notebook: Notebook
    installation: Installation
    previous: Previous
    output: Path
    problems: tuple[Problem, ...]


def open_named(tree: Path, name: Reference, asked: str = "") -> Named:
    """Reads what the notebook needs, on the target that was asked for or the first it lives on.

    Raises InputError where that cannot be read.
    """
    workspace = open_workspace(SourceTree(tree))
    problems = list(workspace.problems)
    found = workspace.living(workspace.find(name.namespace, name.name, problems), problems)
    installation = workspace.installation
    if installation is None or (not found and has_errors(problems)):
        raise InputError(problems)
    chosen(workspace.settings, [asked] if asked else [])
    if not found:
        raise OctavoError(_unknown(workspace, name))
    target = _target(workspace.settings, found, asked, problems)
    if target is not None:
        workspace = for_target(workspace, target)
        found = [each for each in found if placement.lives(each, target, workspace.settings)]
    if len(found) > 1:
        raise InputError([*problems, _twice(found[0], found[1])])
    output = tree / workspace.output
    directory = f"notebooks/{name}"
    previous = previous_of(directory, OutputDirectory(output).read(directory), problems)
    installation = workspace.installation or installation
    return Named(found[0], installation, previous, output, tuple(problems))


def _target(
    settings: Settings, found: Sequence[Notebook], asked: str, problems: Sequence[Problem]
) -> Target | None:
    """Where the notebook is to be seen; says so where it lives in several places."""
    if not settings.targets:
        return None
    living = [
        target
        for target in settings.targets
        if any(placement.lives(notebook, target, settings) for notebook in found)
    ]
    places = [target for target in living if asked in {"", target.name}]
    if not places:
        if has_errors(problems):
            raise InputError(problems)
        raise OctavoError(_not_there(found[0], living, asked))
    if not asked and len(living) > 1:
        names = ", ".join(target.name for target in living)
        remark(f"{found[0]} lives on {names}; this is {living[0].name}: --target names another")
    return places[0]


def _not_there(notebook: Notebook, living: Sequence[Target], asked: str) -> str:
    names = ", ".join(target.name for target in living) or "no target"
    if not asked:
        hint = "octavo.yaml says under targets and namespaces who lives where"
        return f"the Notebook {notebook} lives on no target: {hint}"
    return f"the Notebook {notebook} does not live on the target {asked}; it lives on {names}"


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
