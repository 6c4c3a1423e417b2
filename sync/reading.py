"""Bundles built from their files: many of them by several processes, as a cold start waits."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeAlias

from sync.bundles import Bundle, build
from sync.errors import BundleError
from sync.policy import Policy
from sync.sources.port import Snapshot

Files: TypeAlias = Mapping[str, bytes]
Work: TypeAlias = "tuple[str, str, Files | BundleError]"
Built: TypeAlias = "tuple[str, Bundle | BundleError]"

MANY = 400
CHUNK = 50
MOST_PROCESSES = 4


def built(snapshot: Snapshot, wanted: Sequence[tuple[str, str]], policy: Policy) -> Iterator[Built]:
    """The bundles of these directories, which come with their oids; in order."""
    processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0)))
    works = _works(snapshot, wanted)
    if len(wanted) < MANY or processes == 1:
        for work in works:
            yield _build(work, policy)
        return
    with ProcessPoolExecutor(processes, mp_context=_context()) as pool:
        pending: deque[Future[list[Built]]] = deque()
        while chunk := list(islice(works, CHUNK)):
            pending.append(pool.submit(_build_all, chunk, policy))
            if len(pending) > 2 * processes:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _works(snapshot: Snapshot, wanted: Sequence[tuple[str, str]]) -> Iterator[Work]:
    for directory, oid in wanted:
        try:
            yield directory, oid, snapshot.read(directory)
        except BundleError as error:
            yield directory, oid, error


def _build_all(chunk: list[Work], policy: Policy) -> list[Built]:
    return [_build(work, policy) for work in chunk]


def _build(work: Work, policy: Policy) -> Built:
    directory, oid, files = work
    if isinstance(files, BundleError):
        return directory, files
    try:
        return directory, build(directory, oid, files, policy)
    except BundleError as error:
        return directory, error


def _context() -> multiprocessing.context.BaseContext:
    """A fork is quick, but safe only where there is one thread."""
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if alone else "spawn")
