"""`octavo render`: one notebook on standard output, or all of them into a directory."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.arguments import at_least_one, parser_of, qualified_name
from renderer.cli.output import busy, remark, say, say_problems
from renderer.cli.terminal import counted, pen_for
from renderer.errors import UsageError

if TYPE_CHECKING:
    from renderer.destination import OutputDirectory
    from renderer.model.fragments import Reference
    from renderer.output import Change

NAMES_SHOWN = 20


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "render",
        "With a name: the objects of that notebook as one YAML stream, as they will be in the\n"
        "cluster. With --out: the objects of every notebook as files. Only files that Octavo\n"
        "rendered are replaced or removed there, and nothing is written when there is an error.",
        [
            ("octavo render research/churn", "read what one notebook will be"),
            ("octavo render --out rendered", "write all of them"),
            ("octavo render --out rendered --check", "see what that would change"),
        ],
    )
    made.add_argument(
        "notebook",
        nargs="?",
        type=qualified_name,
        metavar="NAMESPACE/NAME",
        help="the notebook to print",
    )
    made.add_argument("--out", type=Path, metavar="DIR", help="write all notebooks below DIR")
    made.add_argument(
        "--check",
        action="store_true",
        help="write nothing; show the differences, and exit 1 if there are any",
    )
    made.add_argument(
        "--allow-empty", action="store_true", help="let a tree without Notebooks empty DIR"
    )
    made.add_argument(
        "--fresh", action="store_true", help="read and render all, also what has not changed"
    )
    made.add_argument(
        "--jobs", type=at_least_one, metavar="N", help="how many processes (default: one a core)"
    )
    made.add_argument("--quiet", action="store_true", help="say nothing but what is wrong")
    return made


def run(arguments: Namespace) -> int:
    """Renders what was asked for."""
    if arguments.notebook and arguments.out:
        raise UsageError("give NAMESPACE/NAME for one notebook or --out DIR for all, not both")
    if arguments.notebook:
        _refuse_batch_options(arguments)
        return _one(arguments.tree, arguments.notebook)
    if not arguments.out:
        raise UsageError("give NAMESPACE/NAME for one notebook, or --out DIR for all of them")
    return _all(arguments)


def _refuse_batch_options(arguments: Namespace) -> None:
    for option in ("check", "allow_empty", "fresh", "jobs", "quiet"):
        if getattr(arguments, option):
            spelled = option.replace("_", "-")
            raise UsageError(f"--{spelled} goes with --out DIR, not with one notebook")


def _one(tree: Path, name: Reference) -> int:
    from renderer.cli.targets import open_target
    from renderer.installation import has_errors
    from renderer.render import Renderer

    target = open_target(tree, name)
    result = Renderer(target.installation).render(target.notebook, target.previous)
    problems = [*target.problems, *result.problems]
    say_problems(problems, tree, target.output)
    if result.bundle is None or has_errors(problems):
        return 1
    say(result.bundle.stream())
    return 0


def _all(arguments: Namespace) -> int:
    from renderer.cli.overlap import refuse_sources
    from renderer.destination import OutputDirectory

    refuse_sources(arguments.out, arguments.tree)
    output = OutputDirectory(arguments.out)
    return _compare(arguments, output) if arguments.check else _write(arguments, output)


def _write(arguments: Namespace, output: OutputDirectory) -> int:
    from renderer import rendering
    from renderer.output import Change
    from renderer.sources import SourceTree

    with busy("rendering") as progress:
        options = rendering.Options(
            arguments.jobs, arguments.allow_empty, not arguments.fresh, progress
        )
        summary = rendering.write(SourceTree(arguments.tree), output, options)
    say_problems(summary.problems, arguments.tree, arguments.out)
    changes = [item for item in summary.changes if item[1] is not Change.SAME]
    if not arguments.quiet:
        say("".join(f"{line}\n" for line in summed_up(summary.notebooks, changes)))
    return 0


def _compare(arguments: Namespace, output: OutputDirectory) -> int:
    from renderer import rendering
    from renderer.cli.diffs import change_of, unified
    from renderer.sources import SourceTree

    with busy("comparing") as progress:
        options = rendering.Options(arguments.jobs, progress=progress)
        summary = rendering.compare(SourceTree(arguments.tree), output, options)
    say_problems(summary.problems, arguments.tree, arguments.out)
    pen = pen_for(sys.stdout)
    changes = []
    for directory, files in groupby(summary.differences, lambda item: item.name.rpartition("/")[0]):
        listed = list(files)
        changes.append((directory, change_of(listed)))
        if not arguments.quiet:
            for difference in listed:
                say(unified(difference, str(arguments.out), pen))
    if not arguments.quiet:
        for line in summed_up(summary.notebooks, sorted(changes)):
            remark(line)
    return 1 if changes else 0


def summed_up(notebooks: int, changes: Sequence[tuple[str, Change]]) -> list[str]:
    """What changes, counted, and by name up to a number of names."""
    from renderer.output import Change

    counts = [
        f"{number:,} {kind}"
        for kind in Change
        if (number := sum(found is kind for _, found in changes))
    ]
    what = f"bundles: {', '.join(counts)}" if counts else "nothing to change"
    head = f"{counted(notebooks, 'notebook')}; {what}"
    lines = [f"  {change:<8} {directory}" for directory, change in changes[:NAMES_SHOWN]]
    if len(changes) > NAMES_SHOWN:
        lines.append(f"  and {len(changes) - NAMES_SHOWN:,} more")
    return [head, *lines]
