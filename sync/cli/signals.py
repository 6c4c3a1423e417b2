"""Signals heard at once.

Python runs a handler between two steps of the main thread. A signal that comes just before that
thread begins to wait, or in another thread, is handled only when the wait is over.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def heard(then: Callable[[int], object]) -> Iterator[None]:
    """For each signal that has a handler call `then`, too, from a thread of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are not for us
        return
    ear, mouth = socket.socketpair()
    mouth.settimeout(0)
    listener = threading.Thread(target=_listen, args=(ear, then), name="signals", daemon=True)
    listener.start()
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        mouth.close()
        listener.join()
        ear.close()


def _listen(ear: socket.socket, then: Callable[[int], object]) -> None:
    while said := ear.recv(1):
        then(said[0])
