"""`octavo catalog`: what the catalog offers, and who uses it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from renderer.cli.arguments import add_nodes, parser_of
from renderer.cli.output import say, say_problems
from renderer.cli.tables import columns, markdown
from renderer.cli.terminal import counted, printable
from renderer.errors import InputError

if TYPE_CHECKING:
    from renderer.cli.items import Item
    from renderer.cli.usage import Usage

HEAD = ("name", "used by", "title", "remarks")
USERS_SHOWN = 10
KEYS = {"Image streams": "imageStreams"}


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "catalog",
        "A table each of Templates, options (PodDefaults), profiles, sizes, images and image\n"
        "streams, with how many notebooks have them; then who still has what is deprecated or\n"
        "redirected.",
        [
            ("octavo catalog", "read it"),
            ("octavo catalog --format markdown", "publish it"),
            ("octavo catalog --format json", "every notebook by name"),
            ("octavo catalog --nodes nodes.yaml", "with what no node could hold"),
        ],
    )
    made.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="(default: text)"
    )
    add_nodes(made)
    return made


def run(arguments: Namespace) -> int:
    """Lists the catalog; problems of the tree are said beside it."""
    from renderer.cli.nodes import nodes_in
    from renderer.cli.usage import usage_of
    from renderer.installation import has_errors
    from renderer.profiles.images import faults_of
    from renderer.sources import SourceTree
    from renderer.workspace import open_workspace

    nodes = nodes_in(arguments.nodes)
    workspace = open_workspace(SourceTree(arguments.tree))
    problems = list(workspace.problems)
    if workspace.installation is None:
        raise InputError(problems)
    catalog = workspace.installation.catalog
    problems.extend(faults_of(catalog.singleuser.images))
    notebooks = list(workspace.catalog_notebooks)
    for file in workspace.notebook_files:
        notebooks.extend(workspace.notebooks_in(file, problems))
    usage = usage_of(catalog, notebooks, workspace.settings, nodes)
    say_problems(problems, arguments.tree)
    say(_written(usage, arguments.format))
    return 1 if has_errors(problems) else 0


def _written(usage: Usage, form: str) -> str:
    match form:
        case "json":
            return as_json(usage)
        case "markdown":
            return as_markdown(usage)
        case _:
            return as_text(usage)


def _sections(usage: Usage) -> dict[str, tuple[Item, ...]]:
    return {
        "Templates": usage.templates,
        "Options": usage.options,
        "Profiles": usage.profiles,
        "Sizes": usage.sizes,
        "Images": usage.images,
        "Image streams": usage.image_streams,
    }


def as_text(usage: Usage) -> str:
    """A table for each kind, and who should choose anew."""
    head = [word.upper() for word in HEAD]
    parts = [
        f"{title}\n{columns([head, *map(_row, items)])}"
        for title, items in _sections(usage).items()
        if items
    ]
    outdated = [f"  {printable(item.name)}: {_named(item)}\n" for item in _to_change(usage)]
    if outdated:
        parts.append("Still in use\n" + "".join(outdated))
    return "\n".join(parts) or "the catalog is empty\n"


def as_markdown(usage: Usage) -> str:
    """The same as Markdown."""
    parts = [
        f"## {title}\n\n{markdown([HEAD, *map(_row, items)])}"
        for title, items in _sections(usage).items()
        if items
    ]
    outdated = [[item.name, ", ".join(item.users)] for item in _to_change(usage)]
    if outdated:
        parts.append(f"## Still in use\n\n{markdown([('name', 'notebooks'), *outdated])}")
    return "\n".join(parts)


def as_json(usage: Usage) -> str:
    """Everything, with the notebooks by name."""
    written: dict[str, Any] = {"notebooks": usage.notebooks}
    for title, items in _sections(usage).items():
        listed = [{**item.data, "notebooks": list(item.users)} for item in items]
        written[KEYS.get(title, title.lower())] = listed
    return json.dumps(written, indent=2) + "\n"


def _row(item: Item) -> tuple[str, ...]:
    users = counted(len(item.users), "notebook") if item.users else "-"
    return item.name, users, item.title, "; ".join(item.remarks)


def _to_change(usage: Usage) -> list[Item]:
    items = (*usage.templates, *usage.images, *usage.image_streams)
    return [item for item in items if item.outdated and item.users]


def _named(item: Item) -> str:
    names = ", ".join(item.users[:USERS_SHOWN])
    more = len(item.users) - USERS_SHOWN
    return names if more <= 0 else f"{names} and {more:,} more"
