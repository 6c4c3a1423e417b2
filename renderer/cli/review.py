"""`octavo review`: what a pull request does, for one comment and an exit code."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from renderer.cli.arguments import at_least_one, parser_of
from renderer.cli.output import busy, say
from renderer.errors import OctavoError, UsageError

if TYPE_CHECKING:
    from renderer.review.impact import Standing
    from renderer.review.review import Review
    from renderer.review.reviewing import Reviewer

FINE, REFUSED, NOT_JUDGED = 0, 1, 2


def parser() -> ArgumentParser:
    """The options of the command."""
    made = parser_of(
        "review",
        "Reads two commits and runs nothing of them: which notebooks change, what happens to\n"
        "running ones, what the catalog's changes reach, the rendered difference, and whether\n"
        "who opened it may, by what the base says. Exits 0 when all is fine, 1 when something\n"
        "is refused or has problems, 2 when nothing could be judged.",
        [
            ("octavo review --base main", "before you open a pull request"),
            ("octavo review --base origin/main --actor alice --format markdown", "in CI"),
        ],
    )
    made.add_argument("--base", required=True, metavar="REF", help="what it is to be merged into")
    made.add_argument(
        "--head", default="HEAD", metavar="REF", help="what is to be merged (default: HEAD)"
    )
    made.add_argument(
        "--actor",
        type=_login,
        metavar="LOGIN",
        help="who opened it, as the forge says; without it, nobody's right is judged",
    )
    made.add_argument(
        "--format",
        choices=("text", "markdown", "json"),
        default="text",
        help="text, a comment for a forge, or everything as data (default: text)",
    )
    made.add_argument(
        "--limit",
        type=at_least_one,
        metavar="N",
        help="cut the comment to N characters (default: 60,000, which forges accept)",
    )
    made.add_argument(
        "--rendered",
        metavar="REF[:PATH]",
        help="where the bundles stand: notebooks that stay on a revision are read from there",
    )
    made.add_argument(
        "--jobs", type=at_least_one, metavar="N", help="how many processes (default: one a core)"
    )
    return made


def run(arguments: Namespace) -> int:
    """Reviews, and says so in the format asked for."""
    from renderer.review.markdown import LEAST

    if arguments.limit is not None and (arguments.format != "markdown" or arguments.limit < LEAST):
        raise UsageError(f"--limit goes with --format markdown, and is at least {LEAST:,}")
    try:
        with busy("reviewing"):
            reviewer = _reviewer(arguments)
            review = reviewer.review()
    except UsageError:
        raise
    except OctavoError as error:
        return _not_judged(arguments.format, error)
    for part in _written(arguments, review, reviewer):
        say(part)
    return FINE if review.is_fine else REFUSED


def _login(text: str) -> str:
    """A variable that is empty must not mean that nobody is judged."""
    login = text.removeprefix("@")
    if not login or not login.isprintable() or login != login.strip():
        raise ArgumentTypeError(f'"{text}" is nobody\'s login')
    return login


def _reviewer(arguments: Namespace) -> Reviewer:
    from renderer.git.pulls import directory_in, open_pull, standing_at
    from renderer.git.repository import Repository
    from renderer.review.impact import standing_nowhere
    from renderer.review.review import Asked
    from renderer.review.reviewing import Reviewer
    from renderer.workspace import open_workspace

    tree = arguments.tree.absolute()
    repository = Repository.open(tree)
    directory = directory_in(repository, tree)
    pull = open_pull(repository, directory, arguments.base, arguments.head)
    base, head = open_workspace(pull.base), open_workspace(pull.head)
    standing: Standing = standing_nowhere
    if arguments.rendered:
        standing = standing_at(repository, arguments.rendered, base.settings)
    asked = Asked(pull.changes, pull.paths, arguments.actor, arguments.jobs, standing)
    return Reviewer(base, head, asked)


def _written(arguments: Namespace, review: Review, reviewer: Reviewer) -> Iterable[str]:
    """Each format is imported only where it is asked for."""
    differences = reviewer.differences()
    match arguments.format:
        case "markdown":
            from renderer.review.markdown import LIMIT, markdown

            rest = f"octavo review --base {arguments.base} --head {arguments.head}"
            return [markdown(review, differences, rest, arguments.limit or LIMIT)]
        case "json":
            from renderer.review.plain import as_data

            return [json.dumps(as_data(review, differences), indent=2) + "\n"]
        case _:
            from renderer.review.plain import text

            return (f"{line}\n" for line in text(review, differences))


def _not_judged(form: str, error: OctavoError) -> int:
    """The comment has to say so as well: an old one must not stand as if it were true."""
    if form == "markdown":
        from renderer.review.markdown import not_judged

        say(not_judged(str(error)))
    sys.stdout.flush()
    sys.stderr.write(f"octavo review: {error}\n")
    return NOT_JUDGED
