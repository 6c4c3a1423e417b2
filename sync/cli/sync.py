"""`octavo sync`: apply once and say what was done, or watch for months."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable

from sync.cli import arguments as words
from sync.cli.opening import Opened, opened, refuse_unknown, scope_of
from sync.cli.statuses import say_in_the_cluster
from sync.cli.terminal import printable
from sync.counts import counted
from sync.errors import ClusterError
from sync.outcome import (
    TROUBLE,
    WRITTEN,
    Action,
    Outcome,
    Report,
    again,
    left_over,
    merged,
)
from sync.shelf import Scope

FINE, LOOK = 0, 1
PATIENCE = 10.0
PAUSES = (0.5, 1.0, 2.0, 4.0)


def parser() -> ArgumentParser:
    made = words.parser_of(
        "sync",
        "Server-side apply of what is new, changed or drifted, and of nothing else; then what is\n"
        "no longer in the source is removed. Exit code: 0 all is as it should be, 1 something was\n"
        "refused or failed, 2 nothing could be done.",
        [
            ("octavo sync --once --from rendered", "bring the cluster to a directory of bundles"),
            ("octavo sync --once research/churn", "only one notebook and its namespace"),
            (
                "octavo sync --watch --repo URL --path rendered",
                "stay, follow the repository, repair",
            ),
        ],
    )
    made.add_argument(
        "notebooks", nargs="*", metavar="NAMESPACE/NAME", type=words.directory_of, help="only these"
    )
    mode = made.add_mutually_exclusive_group()
    mode.add_argument("--once", action="store_true", help="one round, then end (default)")
    mode.add_argument("--watch", action="store_true", help="stay and keep the cluster so")
    made.add_argument("--wait", action="store_true", help="wait until the notebooks are ready")
    made.add_argument(
        "--patience",
        metavar="SECONDS",
        type=words.seconds,
        help="how long to wait for what is missing (10) or, with --wait, not ready (300)",
    )
    made.add_argument("--verbose", action="store_true", help="say every object")
    words.add_source(made)
    words.add_cluster(made)
    words.add_policy(made)
    add_loop(made)
    return made


def add_loop(made: ArgumentParser) -> None:
    group = made.add_argument_group("with --watch")
    for flag, default, meaning in (
        ("--interval", 30.0, "how often the source is asked (30s)"),
        ("--resync", 600.0, "how often everything is compared (10m)"),
    ):
        group.add_argument(flag, metavar="TIME", type=words.seconds, default=default, help=meaning)
    group.add_argument("--listen", metavar="ADDRESS", default=":8080", help="health and metrics")
    group.add_argument(
        "--lease", metavar="NAMESPACE/NAME", default="", help="only one at a time; none: no Lease"
    )
    group.add_argument("--log", choices=["text", "json"], default="text", help="how to log")


def run(arguments: Namespace) -> int:
    if arguments.watch:
        from sync.cli.watching import watch

        return watch(arguments)
    with opened(arguments, arguments.notebooks) as ready:
        gone = refuse_unknown(ready, arguments.notebooks)
        report = _patiently(ready, arguments)
        report.remarks.extend(f"{each}: is gone already, and git holds it no more" for each in gone)
        ready.pin.keep()
        _say(report, verbose=arguments.verbose)
        if arguments.wait:
            from sync.cli.waits import wait

            return max(wait(ready, arguments, report), FINE if report.good else LOOK)
    return FINE if report.good else LOOK


def _patiently(ready: Opened, arguments: Namespace) -> Report:
    """A round, and again for what may come right by itself."""
    scope = scope_of(ready.shelf, arguments.notebooks)
    report, survey = ready.rounds.make(ready.shelf, ready.source, scope, ready.pin.expected)
    give_up = time.monotonic() + (PATIENCE if arguments.patience is None else arguments.patience)
    for pause in _pauses():
        waiting = again(report)
        if not waiting or time.monotonic() + pause > give_up:
            break
        time.sleep(pause)
        ready.cluster.resources.forget()
        rest = Scope(directories=waiting, gone=left_over(report, waiting), ask=False)
        try:
            second, _ = ready.rounds.make(ready.shelf, ready.source, rest, ready.pin.expected)
        except ClusterError as error:
            report.remarks.append(f"what waits was not tried again: {error}")
            break
        report = merged(report, second, waiting)
    say_in_the_cluster(ready, report, survey, scope)
    return report


def _pauses() -> Iterable[float]:
    yield from PAUSES
    while True:
        yield PAUSES[-1]


def _say(report: Report, *, verbose: bool) -> None:
    told = [each for each in report.outcomes if verbose or _is_worth_a_line(each)]
    for outcome in told:
        print(f"{outcome.action.value:<11}{printable(outcome)}")
    if not verbose:
        _say_bundles(report.outcomes)
    for remark in report.remarks:
        print(f"note: {printable(remark)}", file=sys.stderr)
    for words_of_it in report.unpruned:
        print(f"nothing was removed: {printable(words_of_it)}", file=sys.stderr)
    counts = report.counts()
    done = ", ".join(
        f"{counts[action]:,} {action.value}"
        for action in Action
        if counts[action] and action in WRITTEN
    )
    failed = f"; {counted(len(report.problems), 'problem')}" if report.problems else ""
    print(f"{counted(report.bundles, 'bundle')}: {done or 'nothing to do'}{failed}")


def _is_worth_a_line(outcome: Outcome) -> bool:
    quiet = {Action.CREATED, Action.CHANGED, Action.COPIED, Action.DELETED, Action.UNCHANGED}
    return outcome.action not in quiet or outcome.action in TROUBLE


def _say_bundles(outcomes: Iterable[Outcome]) -> None:
    by_bundle: dict[str, dict[Action, int]] = defaultdict(lambda: defaultdict(int))
    for each in outcomes:
        if each.action in WRITTEN:
            by_bundle[each.directory][each.action] += 1
    for directory, counts in sorted(by_bundle.items()):
        done = ", ".join(f"{number} {action.value}" for action, number in sorted(counts.items()))
        print(f"{directory}: {done}")
