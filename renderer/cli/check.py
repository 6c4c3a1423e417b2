"""`octavo check`: every problem of a source tree, for people and for CI."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.arguments import add_nodes, at_least_one, parser_of
from renderer.cli.output import busy, remark, say
from renderer.errors import Problem

if TYPE_CHECKING:
    from renderer.tree import Tree


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "check",
        "Reads, composes and validates everything, and writes nothing. Exits 1 where there is an\n"
        "error; warnings are only said.",
        [
            ("octavo check", "before you push"),
            ("octavo check --format github", "in a workflow: remarks beside the changed lines"),
            ("octavo check --format sarif > octavo.sarif", "for code scanning"),
            ("octavo check --nodes nodes.yaml", "with sizes that no node could hold"),
        ],
    )
    made.add_argument(
        "--format",
        choices=("text", "json", "github", "sarif"),
        default="text",
        help="how problems are written (default: text)",
    )
    made.add_argument(
        "--jobs", type=at_least_one, metavar="N", help="how many processes (default: one a core)"
    )
    add_nodes(made)
    return made


def run(arguments: Namespace) -> int:
    """Checks the tree, and reports in the format asked for."""
    from renderer import rendering
    from renderer.installation import has_errors
    from renderer.sources import SourceTree

    tree = SourceTree(arguments.tree)
    too_large = _too_large(tree, arguments.nodes) if arguments.nodes is not None else ()
    with busy("checking") as progress:
        options = rendering.Options(arguments.jobs, progress=progress)
        notebooks, found = rendering.check(tree, options)
    found = (*found, *too_large)
    problems = _as_found_from_here(found, arguments.tree) if found else ()
    say(_report(arguments.format, problems, notebooks))
    if arguments.format == "text":
        from renderer.cli.reports import counts

        remark(counts(problems, notebooks))
    return 1 if has_errors(problems) else 0


def _too_large(tree: Tree, nodes: str) -> tuple[Problem, ...]:
    """What of the catalog none of the nodes in the file could hold."""
    from renderer.cli.nodes import nodes_in, warnings
    from renderer.workspace import open_workspace

    known = nodes_in(nodes)
    installation = open_workspace(tree).installation
    return tuple(warnings(installation.catalog, known)) if installation else ()


def _as_found_from_here(problems: Sequence[Problem], tree: Path) -> tuple[Problem, ...]:
    from renderer.cli.places import Places
    from renderer.cli.settings import settings_in
    from renderer.errors import in_order

    places = Places(tree, tree / settings_in(tree).output)
    return in_order(map(places.of_problem, problems))


def _report(form: str, problems: Sequence[Problem], notebooks: int) -> str:
    """Each format is imported only where it is asked for."""
    match form:
        case "json":
            from renderer.cli.reports import as_json

            return as_json(problems, notebooks)
        case "github":
            from renderer.cli.github import commands

            return commands(problems)
        case "sarif":
            from renderer.cli.sarif import log
            from renderer.cli.version import version

            return log(problems, version())
        case _:
            import sys

            from renderer.cli.reports import text
            from renderer.cli.terminal import pen_for

            return text(problems, pen_for(sys.stdout))
