"""A signal is heard at once, also when the main thread waits and the signal came to another."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from sync.cli.signals import heard

PROMPTLY = 5.0
# The signal goes to a thread that is not the first; the first waits for what `heard` sets free.
WAITING = """
import signal, sys, threading
from sync.cli.signals import heard
free = threading.Event()
def strike():
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
with heard(lambda number: (print(number, flush=True), free.set())):
    threading.Timer(0.2, strike).start()
    try:
        free.wait(60)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_it_is_heard_while_the_main_thread_waits() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", WAITING], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == (f"{signal.SIGINT:d}\n", 130)
    assert time.monotonic() - began < PROMPTLY


@pytest.fixture
def handled() -> Iterator[Callable[[], None]]:
    """SIGUSR1 may come without ending us."""
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    yield lambda: signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def test_afterwards_nothing_is_left(handled: Callable[[], None]) -> None:
    told: list[int] = []
    threads = threading.active_count()
    with heard(told.append):
        handled()
    assert told == [signal.SIGUSR1]
    handled()
    assert told == [signal.SIGUSR1]
    assert threading.active_count() == threads
    assert signal.set_wakeup_fd(-1) == -1


def test_one_within_another_gives_back_what_it_found(handled: Callable[[], None]) -> None:
    outer: list[int] = []
    with heard(outer.append):
        with heard(lambda _: None):
            handled()
        assert outer == []
        handled()
    assert outer == [signal.SIGUSR1]
