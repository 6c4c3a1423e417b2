"""Sharing work among forked processes. What the work needs is inherited, not sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from renderer.errors import OctavoError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")

WORTH_A_PROCESS = 50


def jobs_for(items: int, asked: int | None) -> int:
    """As many processes as are worth starting."""
    cores = asked or len(os.sched_getaffinity(0))
    return max(1, min(cores, items // WORTH_A_PROCESS))


def in_parallel(work: Callable[[Sequence[T]], R], items: Sequence[T], jobs: int) -> list[R]:
    """`work` on shares of the items, each share in a process of its own; one share stays here."""
    if jobs == 1:
        return [work(items)]
    # Imported here: one notebook needs none of it.
    from multiprocessing import get_context

    context = get_context("fork")
    helpers = []
    try:
        for share in range(1, jobs):
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(work, items[share::jobs], sender))
            helpers.append((process, receiver))  # first: a signal may come at any moment
            process.start()
            sender.close()
        results = [work(items[0::jobs])]
        for _, receiver in helpers:
            results.append(_receive(receiver))
    finally:
        for process, _ in helpers:
            if process.pid is not None:
                process.terminate()
                process.join()
    return results


def _run(work: Callable[[Sequence[T]], R], share: Sequence[T], sender: Connection) -> None:
    try:
        sender.send((True, work(share)))
    except OctavoError as error:
        sender.send((False, error))


def _receive(receiver: Connection) -> Any:
    try:
        fine, result = receiver.recv()
    except EOFError as error:
        message = "a process of this render ended before its work was done; nothing was written"
        raise OctavoError(message) from error
    if not fine:
        raise result
    return result
