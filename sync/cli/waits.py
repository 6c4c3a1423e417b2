"""`octavo sync --wait`: until the notebooks run, or why they do not."""

from __future__ import annotations

import sys
from argparse import Namespace

from sync.cli.opening import Opened, scope_of
from sync.cli.terminal import printable
from sync.waiting import Waiter

PATIENCE = 300.0


def wait(ready: Opened, arguments: Namespace) -> int:
    """0 when all that was chosen runs, 1 otherwise."""
    scope = scope_of(ready.shelf, arguments.notebooks)
    chosen = [each for each in ready.shelf.bundles if scope.chooses(each)]
    patience = PATIENCE if arguments.patience is None else arguments.patience
    unready = Waiter(ready.cluster).wait(ready.shelf, chosen, patience)
    for each in unready:
        print(f"not ready  {printable(each.directory)}: {printable(each.words)}", file=sys.stderr)
    return 1 if unready else 0
