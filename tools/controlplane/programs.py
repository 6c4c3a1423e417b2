"""Starts a program that dies with its parent, and stops it; ports that nobody listens on."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

STOPPED_WITHIN = 10.0
PR_SET_PDEATHSIG = 1

Process = subprocess.Popen[bytes]


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[Process]:
    """Keep a program up inside the `with`; what it says goes to a log in this folder."""
    with (
        log(command[0], folder).open("ab") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  the keeper has one thread
        ) as process,
    ):
        try:
            yield process
        finally:
            _stop(process)


def log(program: str, folder: Path) -> Path:
    return folder / f"{Path(program).name}.log"


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _stop(process: Process) -> None:
    process.terminate()
    process.send_signal(signal.SIGCONT)  # one that is paused hears nothing
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
