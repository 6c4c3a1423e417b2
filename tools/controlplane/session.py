"""One control plane for one test run, started by whoever needs it first, gone when the run is.

The owner of a run holds a lock on `owner`. The keeper, a process of its own, waits for that lock:
the kernel gives it up however the owner ends, and then the keeper stops the control plane.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from controlplane.server import StartError

POLL = 0.1
STARTED_WITHIN = 240.0
ENDED_WITHIN = 30.0


@contextmanager
def owned() -> Iterator[Path]:
    """Own a session inside the `with`: whatever was started in its folder ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="octavo-controlplane-"))
    try:
        with _locked(folder / "owner"):
            yield folder
        _wait_for_keeper(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kubeconfig(folder: Path, binaries: Path) -> Path:
    """The kubeconfig of this session's control plane, which is started if it is not yet."""
    command = [sys.executable, "-m", "controlplane", "keep", str(folder), str(binaries)]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with (folder / "keeper.log").open("a") as log:
        subprocess.run(
            command, check=True, env=here, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    give_up = time.monotonic() + STARTED_WITHIN
    while not (folder / "ready").exists():
        if (folder / "failed").exists():
            raise StartError((folder / "failed").read_text())
        if time.monotonic() > give_up:
            raise StartError("the control plane took too long to start")
        time.sleep(POLL)
    return Path((folder / "ready").read_text())


def say(folder: Path, name: str, text: str) -> None:
    """Publish a file of the session: whole, or not at all."""
    draft = folder / f".{name}"
    draft.write_text(text)
    draft.rename(folder / name)


def wait_for_end(folder: Path) -> None:
    """Return when the owner of the session is gone."""
    with _locked(folder / "owner"):
        pass


@contextmanager
def only_keeper(folder: Path) -> Iterator[bool]:
    """Whether this process is the one that keeps the session's control plane."""
    with (folder / "keeper").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _wait_for_keeper(folder: Path) -> None:
    give_up = time.monotonic() + ENDED_WITHIN
    with suppress(FileNotFoundError):  # the keeper takes the folder with it
        while time.monotonic() < give_up:
            with only_keeper(folder) as gone:
                if gone:
                    return
            time.sleep(POLL)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
