"""When to look again at what is not well, or does not stay well."""

from __future__ import annotations

from collections.abc import Container

from sync.agent.queue import Queue
from sync.outcome import TROUBLE, Action, Report
from sync.shelf import Scope

MENDED = frozenset({Action.REPAIRED, Action.CHANGED, Action.CREATED, Action.COPIED})


def plan(queue: Queue, report: Report, scope: Scope, broken: Container[str], now: float) -> None:
    """Note in the queue what a round has come to; only git can mend what is broken."""
    wrong = _with(report, TROUBLE)
    again = {each for each in wrong if each not in broken}
    for directory in again:
        queue.tried(directory, now, again=True)
    if scope.directories is None:
        return
    repaired = _with(report, MENDED) - wrong - scope.changed
    for directory in repaired:
        queue.tried(directory, now, again=False)
    for directory in scope.directories - repaired - wrong - scope.changed:
        queue.needless(directory, now)


def _with(report: Report, actions: frozenset[Action]) -> set[str]:
    return {each.directory for each in report.outcomes if each.action in actions}
