"""A control plane goes when the run that started it is gone, however that run ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from controlplane.cluster import Cluster

TOOLS = Path(__file__).parents[2] / "tools"
RUN = """
import time
from controlplane import binaries, session
with session.owned() as folder:
    print(session.kubeconfig(folder, binaries.find()), flush=True)
    print(session.kubeconfig(folder, binaries.find()), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def run(control_plane: Cluster) -> Iterator[subprocess.Popen[str]]:
    """A test run in a process of its own, where a control plane can be had at all."""
    assert control_plane.namespace == "default"
    environment = {**os.environ, "PYTHONPATH": str(TOOLS)}
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def line(run: subprocess.Popen[str]) -> str:
    assert run.stdout
    return run.stdout.readline().strip()


def port(kubeconfig: str) -> int:
    config = json.loads(Path(kubeconfig).read_text())
    return urlsplit(config["clusters"][0]["cluster"]["server"]).port or 0


def answers(number: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", number)) == 0


@pytest.mark.cluster
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_the_control_plane_ends_with_its_run(
    run: subprocess.Popen[str], control_plane: Cluster, end: signal.Signals
) -> None:
    kubeconfig, once_more = line(run), line(run)
    number = port(kubeconfig)
    assert once_more == kubeconfig
    assert answers(number)

    run.send_signal(end)

    control_plane.eventually(lambda: not answers(number))
    control_plane.eventually(lambda: not Path(kubeconfig).parents[1].exists())
