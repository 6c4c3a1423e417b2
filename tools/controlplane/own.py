"""A control plane of one test's own, which it may stop, start, pause and kill.

A keeper process reads commands from a pipe: however the test's process ends, the pipe ends with
it, and then the keeper stops everything.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from controlplane import server
from controlplane.cluster import Cluster
from controlplane.server import ApiServer, StartError


class OwnServer:
    """A running control plane; etcd and the controllers stay up while the API server is not.

    The admin is in `system:masters`, whom no API server throttles: try limits as somebody else,
    and with `--enable-priority-and-fairness=false`, or they wait in queues instead.
    """

    def __init__(self, keeper: subprocess.Popen[str], program: str) -> None:
        self._keeper = keeper
        said = self._hear()
        self._pid = said["pid"]
        self.kubeconfig = Path(said["kubeconfig"])
        self.cluster = Cluster(self.kubeconfig, "default", program, self.kubeconfig.parent)

    def stop(self) -> None:
        """Stop the API server in good order."""
        self._tell("stop")

    def kill(self) -> None:
        """Stop the API server as a crash would."""
        os.kill(self._pid, signal.SIGKILL)
        self._tell("stop")

    def start(self) -> None:
        """Start the API server again: same port, same data. Returns when it answers."""
        self._pid = self._tell("start")["pid"]

    def pause(self) -> None:
        """Let the API server accept connections, and do nothing with them."""
        os.kill(self._pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def _tell(self, command: str) -> Any:
        assert self._keeper.stdin  # noqa: S101
        print(command, file=self._keeper.stdin, flush=True)
        return self._hear()

    def _hear(self) -> Any:
        assert self._keeper.stdout  # noqa: S101
        said = json.loads(self._keeper.stdout.readline() or '{"error": "the keeper is gone"}')
        if "error" in said:
            raise StartError(said["error"])
        return said


@contextlib.contextmanager
def running(
    folder: Path, binaries: Path, program: str, flags: Sequence[str] = (), *, controllers: bool
) -> Iterator[OwnServer]:
    """Keep it up inside the `with`; `flags` are the API server's, and the folder is removed."""
    which = "with-controllers" if controllers else "without-controllers"
    command = [sys.executable, "-m", "controlplane", "own", str(folder), str(binaries), which]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, *flags], env=here, stdin=pipe, stdout=pipe, text=True, start_new_session=True
    ) as keeper:
        try:
            yield OwnServer(keeper, program)
        finally:
            assert keeper.stdin  # noqa: S101
            keeper.stdin.close()
            keeper.wait()


def keep(folder: Path, binaries: Path, flags: Sequence[str], *, controllers: bool) -> None:
    """Keep one up, obey what standard input says, and end when it ends."""
    try:
        with contextlib.ExitStack() as ending:
            api = ending.enter_context(server.started(binaries, folder, flags))
            if controllers:
                ending.enter_context(server.controllers(api.site))
            _say(_about(api))
            _obey(api, sys.stdin)
    except StartError as error:
        _say({"error": str(error)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _obey(api: ApiServer, commands: IO[str]) -> None:
    while command := commands.readline().strip():
        api.stop()
        try:
            if command == "start":
                api.start()
            _say(_about(api))
        except StartError as error:
            _say({"error": str(error)})


def _about(api: ApiServer) -> dict[str, Any]:
    return {"kubeconfig": str(api.site.kubeconfig), "pid": api.pid}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)
