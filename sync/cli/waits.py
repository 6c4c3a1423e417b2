"""`octavo sync --wait`: until the notebooks run, or why they do not."""

from __future__ import annotations

import sys
from argparse import Namespace

from sync.cli.opening import Opened, scope_of
from sync.cli.terminal import printable
from sync.outcome import Action, Outcome, Report
from sync.waiting import Waiter

PATIENCE = 300.0


def wait(ready: Opened, arguments: Namespace, report: Report) -> int:
    """0 when all that was chosen runs, 1 otherwise; what was refused or left is not waited for."""
    scope = scope_of(ready.shelf, arguments.notebooks)
    hopeless = {each.directory for each in report.outcomes if _is_hopeless(each)}
    chosen = [each for each in ready.shelf.bundles if scope.chooses(each) and each not in hopeless]
    patience = PATIENCE if arguments.patience is None else arguments.patience
    unready = Waiter(ready.cluster).wait(ready.shelf, chosen, patience)
    for each in unready:
        print(f"not ready  {printable(each.directory)}: {printable(each.words)}", file=sys.stderr)
    return 1 if unready else 0


def _is_hopeless(outcome: Outcome) -> bool:
    suspended = outcome.action is Action.LEFT and outcome.key is None
    return suspended or outcome.action is Action.FAILED
