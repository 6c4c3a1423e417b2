"""`octavo diff`: what a sync would change, as the server sees it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from sync import diffs
from sync.cli import arguments as words
from sync.cli.opening import opened, refuse_unknown, scope_of
from sync.cli.terminal import printable
from sync.errors import ClusterError
from sync.preview import Previewer


def parser() -> ArgumentParser:
    made = words.parser_of(
        "diff",
        "The server is asked by dry runs; nothing is written. No value of a Secret is shown.\n"
        "Exit code: 0 nothing would change, 1 something would, 2 something is refused or wrong.",
        [
            ("octavo diff --from rendered", "everything"),
            ("octavo diff research/churn", "one notebook and its namespace"),
            ("octavo diff --format markdown", "for the comment of a pull request"),
        ],
    )
    made.add_argument(
        "notebooks", nargs="*", metavar="NAMESPACE/NAME", type=words.directory_of, help="only these"
    )
    made.add_argument(
        "--format", choices=["human", "json", "markdown"], default="human", help="for whom"
    )
    words.add_source(made)
    words.add_cluster(made)
    words.add_policy(made)
    return made


def run(arguments: Namespace) -> int:
    with opened(arguments, arguments.notebooks) as ready:
        refuse_unknown(ready, arguments.notebooks)
        scope = scope_of(ready.shelf, arguments.notebooks)
        survey = ready.rounds.survey(ready.shelf, scope)
        if survey.failures:
            kind, why = min(survey.failures.items())
            raise ClusterError(0, "Unreadable", f"{kind} cannot be read: {printable(why)}")
        changes = Previewer(ready.cluster, ready.policy, arguments.in_flight).changes(
            ready.shelf, survey, scope.chooses
        )
        changes += ready.rounds.foresee(ready.shelf, survey, ready.source, scope)
        match arguments.format:
            case "json":
                sys.stdout.write(diffs.as_json(changes))
            case "markdown":
                sys.stdout.write(diffs.markdown(changes))
            case _:
                sys.stdout.write(diffs.human(changes, color=sys.stdout.isatty()))
        return diffs.exit_code(changes)
