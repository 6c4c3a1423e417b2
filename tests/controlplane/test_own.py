"""A test may have a control plane that it stops, kills, pauses, throttles; nobody else notices."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from controlplane import faults
from controlplane.cluster import Cluster, KubectlError
from controlplane.faults import Proxy
from controlplane.plugin import StartOwn
from controlplane.programs import STOPPED_WITHIN
from controlplane.server import StartError

TOOLS = Path(__file__).parents[2] / "tools"
RUN = """
import sys, time
from pathlib import Path
from controlplane import binaries, own
with own.running(Path(sys.argv[1]), binaries.find(), "kubectl", controllers=True) as server:
    print(server.kubeconfig, flush=True)
    time.sleep(600)
"""


READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [list]}
"""
UNQUEUED = ("--enable-priority-and-fairness=false",)


def status(proxy: Proxy) -> int:
    """The code of one LIST, which takes the server a moment."""
    client = HTTPConnection("127.0.0.1", port(proxy.kubeconfig))
    client.request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.status


def port(kubeconfig: Path) -> int:
    config = json.loads(kubeconfig.read_text())
    return urlsplit(config["clusters"][0]["cluster"]["server"]).port or 0


def listens(number: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", number)) == 0


def test_what_was_stored_is_there_after_a_stop_and_after_a_crash(
    own_control_plane: StartOwn,
) -> None:
    server = own_control_plane()
    server.cluster.kubectl("create", "configmap", "a")
    for end in (server.stop, server.kill):
        end()
        with pytest.raises(KubectlError, match="refused"):
            server.cluster.get("configmap", "a")
        server.start()
        assert server.cluster.get("configmap", "a") is not None


def test_a_paused_server_answers_when_it_is_resumed(own_control_plane: StartOwn) -> None:
    server = own_control_plane()
    server.pause()
    with pytest.raises(KubectlError, match=r"imeout|deadline|exceeded"):
        server.cluster.kubectl("get", "namespaces", "--request-timeout=2s")
    server.resume()
    assert server.cluster.get("namespace", "default") is not None
    server.pause()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < STOPPED_WITHIN


def test_two_are_two(own_control_plane: StartOwn, cluster: Cluster) -> None:
    server = own_control_plane()
    server.cluster.kubectl("create", "namespace", "only-here")
    assert cluster.get("namespace", "only-here") is None
    assert server.cluster.is_ours


def test_its_api_server_throttles_when_told_to(own_control_plane: StartOwn) -> None:
    server = own_control_plane((*UNQUEUED, "--max-requests-inflight=1"))
    kubeconfig = server.cluster.as_service_account("agent", READER)
    with faults.faults(kubeconfig) as proxy, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(status, [proxy] * 100))
    assert set(answers) == {200, 429}


def test_a_flag_that_it_does_not_know_is_told(own_control_plane: StartOwn) -> None:
    with pytest.raises(StartError, match="unknown flag: --frobnicate"):
        own_control_plane(("--frobnicate",))


@pytest.mark.cluster
def test_it_dies_with_the_process_that_wanted_it(control_plane: Cluster, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOOLS)}
    command = [sys.executable, "-c", RUN, str(tmp_path / "own")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        kubeconfig = Path(run.stdout.readline().strip())
        number = port(kubeconfig)
        assert listens(number)
        time.sleep(0.2)
        run.send_signal(signal.SIGKILL)
    control_plane.eventually(lambda: not listens(number))
    control_plane.eventually(lambda: not kubeconfig.exists())
