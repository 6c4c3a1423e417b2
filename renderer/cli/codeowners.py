"""`octavo codeowners`: whose each file is, for forges that ask owners by themselves."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from renderer.cli.arguments import parser_of
from renderer.cli.output import say, say_problems
from renderer.errors import InputError


def parser() -> ArgumentParser:
    """The options of the command."""
    return parser_of(
        "codeowners",
        "Owners of notebooks own their files; admins own everything else. Logins and teams are\n"
        "those of octavo.yaml, under review.",
        [
            ("octavo codeowners", "read it"),
            ("octavo codeowners > .github/CODEOWNERS", "after owners changed"),
        ],
    )


def run(arguments: Namespace) -> int:
    """Prints the file, or what is wrong with the settings."""
    from renderer.installation import has_errors
    from renderer.review.codeowners import codeowners, files_of_tree
    from renderer.sources import SourceTree
    from renderer.workspace import open_workspace

    tree = SourceTree(arguments.tree)
    workspace = open_workspace(tree)
    if has_errors(p for p in workspace.problems if p.position.file == "octavo.yaml"):
        raise InputError(workspace.problems)
    files = files_of_tree(tree, workspace)
    say_problems([problem for file in files for problem in file.reading.problems], arguments.tree)
    say(codeowners(workspace.settings, files, _prefix(arguments.tree)))
    return 0


def _prefix(tree: Path) -> str:
    """Where the tree stands in its repository; "" where it is in none."""
    here = tree.resolve()
    for above in (here, *here.parents):
        if (above / ".git").exists():
            return "" if above == here else here.relative_to(above).as_posix()
    return ""
