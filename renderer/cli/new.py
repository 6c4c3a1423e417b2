"""`octavo new`: a first Notebook file, which passes `octavo check` where it is made."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.arguments import parser_of, qualified_name
from renderer.cli.output import remark, say, say_problems
from renderer.errors import InputError, OctavoError, OutputError, Problem
from renderer.model.fragments import Reference

if TYPE_CHECKING:
    from renderer.catalog import Catalog
    from renderer.installation import Installation
    from renderer.model.catalog import Template
    from renderer.model.settings import Settings
    from renderer.workspace import Workspace

NAME = "my-notebook"
OWNER = "you@example.com"
GLOB = frozenset("*?[")


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "new",
        "A commented Notebook file with what its Template offers: images, sizes, options and\n"
        "parameters, ready to be switched on. It goes to standard output, or with --write to\n"
        "where it belongs; a file that is there is never overwritten.",
        [
            ("octavo new notebook", "read what there is to choose"),
            ("octavo new notebook research/first --owner alice@example.com --write", "begin"),
            ("octavo new notebook research/second --template rstudio", "from another Template"),
        ],
    )
    made.add_argument("what", choices=("notebook",), help="what to start")
    made.add_argument("name", nargs="?", type=qualified_name, metavar="NAMESPACE/NAME")
    made.add_argument(
        "--template",
        type=_reference,
        metavar="NAMESPACE/NAME",
        help="the Template (default: the first that is not hidden or deprecated)",
    )
    made.add_argument(
        "--owner", default=OWNER, metavar="USER", help=f"whose it is (default: {OWNER})"
    )
    made.add_argument("--write", action="store_true", help="write notebooks/NAMESPACE/NAME.yaml")
    return made


def _reference(text: str) -> Reference:
    return qualified_name(text) if "/" in text else Reference(text)


def run(arguments: Namespace) -> int:
    """Starts the file, and says what is still missing in it."""
    from renderer.cli.starter import starter
    from renderer.installation import has_errors
    from renderer.sources import SourceTree
    from renderer.workspace import open_workspace

    workspace = open_workspace(SourceTree(arguments.tree))
    installation = workspace.installation
    if installation is None:
        raise InputError(workspace.problems)
    if has_errors(workspace.problems):
        say_problems(workspace.problems, arguments.tree)
    catalog, settings = installation.catalog, workspace.settings
    template = _template(catalog, arguments.template, arguments.name)
    name = arguments.name or Reference(NAME, _namespace(template, settings))
    _refuse_taken(workspace, name)
    text = starter(name, arguments.owner, template, catalog)
    file = f"{settings.notebooks}/{name}.yaml"
    if arguments.write:
        _write(arguments.tree / file, text)
        remark(f"wrote {arguments.tree / file}")
    else:
        say(text)
    problems = list(_problems(text, file, installation))
    say_problems(problems, arguments.tree)
    return 1 if has_errors(problems) else 0


def _template(catalog: Catalog, asked: Reference | None, name: Reference | None) -> Template:
    from renderer.catalog import Unresolved

    if asked is None:
        offered = [it for it in catalog.templates.values() if not it.hidden and not it.deprecated]
        if not offered:
            message = "the catalog has no Template to start from: write one first"
            raise OctavoError(message)
        return min(offered, key=lambda it: (it.namespace, it.name))
    found = catalog.template(asked, name.namespace if name else "")
    if isinstance(found, Unresolved):
        raise OctavoError(f"{found.message}{f'; {found.hint}' if found.hint else ''}")
    return found


def _namespace(template: Template, settings: Settings) -> str:
    """A namespace that is named somewhere, and where Notebooks of the Template may live."""
    named = (*settings.allowed_namespaces, *settings.namespaces, *template.namespaces)
    certain = [name for name in named if not GLOB & set(name)]
    return next((name for name in certain if _fits(name, template, settings)), "default")


def _fits(name: str, template: Template, settings: Settings) -> bool:
    from fnmatch import fnmatchcase

    return all(
        any(fnmatchcase(name, glob) for glob in globs)
        for globs in (settings.allowed_namespaces, template.namespaces)
    )


def _refuse_taken(workspace: Workspace, name: Reference) -> None:
    found = workspace.find(name.namespace, name.name, [])
    if found:
        place = found[0].origin.at(("metadata", "name"))
        message = f"there is a Notebook {name} already: {place}"
        raise OctavoError(message)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        message = f"{path} exists already, and is not overwritten"
        raise OutputError(message) from error
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise OutputError(message) from error


def _problems(text: str, file: str, installation: Installation) -> Iterator[Problem]:
    """What `check` will say of the file."""
    from renderer.installation import sort_documents
    from renderer.render import Renderer
    from renderer.yamlio import load_all

    problems: list[Problem] = []
    notebooks = sort_documents(load_all(text.encode(), file), problems).notebooks
    yield from problems
    for notebook in notebooks:
        yield from Renderer(installation).render(notebook).problems
