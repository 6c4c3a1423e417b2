"""`octavo crd`: what a cluster must know before it can hold Notebooks."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from sync.cli.arguments import parser_of


def parser() -> ArgumentParser:
    return parser_of(
        "crd",
        "Installing it is an administrator's work, once; the agent never does it.",
        [("octavo crd | kubectl apply --server-side -f -", "teach a cluster what a Notebook is")],
    )


def run(_arguments: Namespace) -> int:
    from sync.crd import text

    sys.stdout.write(text())
    return 0
