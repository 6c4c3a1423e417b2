"""`octavo render`: one notebook on standard output, or all into a directory or onto branches."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli import deliver
from renderer.cli.arguments import at_least_one, parser_of, qualified_name
from renderer.cli.output import busy, remark, say, say_problems
from renderer.errors import UsageError

if TYPE_CHECKING:
    from renderer.model.fragments import Reference
    from renderer.rendering import Place


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "render",
        "With a name: the objects of that notebook as one YAML stream, as they will be in the\n"
        "cluster. With --out: the objects of every notebook as files. With --repo: the same as\n"
        "one commit. Only files that Octavo rendered are replaced or removed there, and nothing\n"
        "is written when there is an error.",
        [
            ("octavo render research/churn", "read what one notebook will be"),
            ("octavo render --out rendered", "write all of them"),
            ("octavo render --out rendered --check", "see what that would change"),
            ("octavo render --repo . --branch rendered", "commit them to a branch"),
        ],
    )
    made.add_argument(
        "notebook",
        nargs="?",
        type=qualified_name,
        metavar="NAMESPACE/NAME",
        help="the notebook to print",
    )
    made.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="a target of octavo.yaml; again for others (default: all, or the first for a name)",
    )
    made.add_argument("--out", type=Path, metavar="DIR", help="write all notebooks below DIR")
    made.add_argument(
        "--check",
        action="store_true",
        help="write nothing; show the differences, and exit 1 if there are any",
    )
    made.add_argument(
        "--allow-empty", action="store_true", help="let a tree without Notebooks empty the output"
    )
    made.add_argument(
        "--fresh", action="store_true", help="read and render all, also what has not changed"
    )
    made.add_argument(
        "--jobs", type=at_least_one, metavar="N", help="how many processes (default: one a core)"
    )
    made.add_argument("--quiet", action="store_true", help="say nothing but what is wrong")
    made.add_argument(
        "--watch", action="store_true", help="render again when a file changes, until Ctrl-C"
    )
    deliver.add_options(made)
    return made


def run(arguments: Namespace) -> int:
    """Renders what was asked for."""
    if arguments.watch:
        from renderer.cli.watch import watch

        return watch(arguments, run)
    if arguments.notebook and (arguments.out or arguments.repo):
        raise UsageError("give NAMESPACE/NAME for one notebook or --out DIR for all, not both")
    if arguments.out and arguments.repo:
        raise UsageError("give --out DIR for files or --repo PATH_OR_URL for commits, not both")
    if arguments.repo:
        return deliver.run(arguments)
    deliver.refuse_options(arguments)
    if arguments.notebook:
        _refuse_batch_options(arguments)
        return _one(arguments.tree, arguments.notebook, arguments.target)
    if not arguments.out:
        raise UsageError(
            "give NAMESPACE/NAME for one notebook, or --out DIR for all of them,"
            " or --repo PATH_OR_URL"
        )
    return _all(arguments)


def _refuse_batch_options(arguments: Namespace) -> None:
    for option in ("check", "allow_empty", "fresh", "jobs", "quiet"):
        if getattr(arguments, option):
            spelled = option.replace("_", "-")
            raise UsageError(f"--{spelled} goes with --out DIR, not with one notebook")


def _one(tree: Path, name: Reference, targets: Sequence[str]) -> int:
    from renderer.cli.named import open_named
    from renderer.installation import has_errors
    from renderer.render import Renderer

    if len(targets) > 1:
        raise UsageError("one notebook is shown for one --target at a time")
    named = open_named(tree, name, *targets)
    result = Renderer(named.installation).render(named.notebook, named.previous)
    problems = [*named.problems, *result.problems]
    say_problems(problems, tree, named.output)
    if result.bundle is None or has_errors(problems):
        return 1
    say(result.bundle.stream())
    return 0


def _all(arguments: Namespace) -> int:
    from renderer.cli.overlap import refuse_sources
    from renderer.destination import OutputDirectory
    from renderer.rendering import Place
    from renderer.sources import SourceTree
    from renderer.targets import workspaces
    from renderer.workspace import open_workspace

    tree, out = SourceTree(arguments.tree), arguments.out
    found = workspaces(open_workspace(tree), arguments.target)
    sites = {each.target.path if each.target else "": each for each in found}
    _refuse_one_in_another(list(sites), len(found))
    for path in sites:
        refuse_sources(out / path, arguments.tree)
    places = {path: Place(each, OutputDirectory(out / path)) for path, each in sites.items()}
    return _compare(arguments, places) if arguments.check else _write(arguments, places)


def _refuse_one_in_another(paths: Sequence[str], targets: int) -> None:
    """On branches of their own they may have one path, but not in one directory."""
    parts = sorted(Path(path).parts for path in paths)
    if len(paths) < targets or any(one == other[: len(one)] for one, other in pairwise(parts)):
        raise UsageError(
            "some targets of octavo.yaml have one place in a directory, as only their branches"
            " differ: name one with --target, or say --repo"
        )


def _write(arguments: Namespace, places: Mapping[str, Place]) -> int:
    from renderer import rendering
    from renderer.cli.changes import changes_of, summed_up

    with busy("rendering") as progress:
        options = rendering.Options(
            arguments.jobs, arguments.allow_empty, not arguments.fresh, progress
        )
        summaries = rendering.write_at(list(places.values()), arguments.tree, options)
    say_problems((p for each in summaries for p in each.problems), arguments.tree, arguments.out)
    if not arguments.quiet:
        notebooks = sum(summary.notebooks for summary in summaries)
        changes = changes_of(list(zip(places, summaries, strict=True)))
        say("".join(f"{line}\n" for line in summed_up(notebooks, changes)))
    return 0


def _compare(arguments: Namespace, places: Mapping[str, Place]) -> int:
    from renderer import rendering
    from renderer.cli.changes import of_differences, say_differences, summed_up

    with busy("comparing") as progress:
        options = rendering.Options(arguments.jobs, progress=progress)
        summaries = [rendering.compare_at(place, options) for place in places.values()]
    say_problems((p for each in summaries for p in each.problems), arguments.tree, arguments.out)
    status = 0
    for path, summary in zip(places, summaries, strict=True):
        changes = of_differences(summary.differences)
        status = 1 if changes else status
        if not arguments.quiet:
            say_differences(summary.differences, str(arguments.out / path))
            for line in summed_up(summary.notebooks, changes):
                remark(line)
    return status
