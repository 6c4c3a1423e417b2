"""`python -m controlplane`: a control plane in the foreground, or the keeper of a test's."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from controlplane import binaries, own, session
from controlplane.server import StartError, running


def play() -> int:
    """Run until interrupted."""
    with tempfile.TemporaryDirectory(prefix="octavo-cluster-") as folder:
        try:
            programs = binaries.find()
            with running(programs, Path(folder)) as kubeconfig:
                print(f"export KUBECONFIG={kubeconfig}\n# Ctrl-C stops the cluster", flush=True)
                signal.pause()
        except KeyboardInterrupt:
            return 0
        except (binaries.MissingError, StartError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def keep(folder: Path, programs: Path) -> int:
    """Leave a keeper behind, unless the session has one: it ends with the session's owner."""
    if os.fork():
        return 0
    os.setsid()
    with session.only_keeper(folder) as chosen:
        if chosen:
            _keep(folder, programs)
    return 0


def _keep(folder: Path, programs: Path) -> None:
    try:
        with running(programs, folder) as kubeconfig:
            session.say(folder, "ready", str(kubeconfig))
            session.wait_for_end(folder)
    except Exception as error:
        session.say(folder, "failed", str(error))
        raise
    shutil.rmtree(folder, ignore_errors=True)


def main(words: list[str]) -> int:
    """Do what the first word says."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(0))
    match words:
        case ["play"]:
            return play()
        case ["keep", folder, programs]:
            return keep(Path(folder), Path(programs))
        case ["own", folder, programs, controllers, *flags]:
            everything = controllers == "with-controllers"
            own.keep(Path(folder), Path(programs), flags, controllers=everything)
            return 0
        case _:
            print("usage: python -m controlplane play", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
