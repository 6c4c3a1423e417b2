"""Where the library is tried: ConfigMaps in a namespace, a kind of its own, a pod's account."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from controlplane import credentials
from controlplane.cluster import Cluster

from tests.sync.kinds import definition, established

SPARK = "radanalytics.io"
# A collector learns of a new kind within half a minute.
COLLECTED_WITHIN = 120.0
POLL = 0.1


def config_map(name: str, data: Mapping[str, str], **metadata: Any) -> str:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
    return json.dumps({**manifest, "data": data})


def secret(name: str, data: Mapping[str, str]) -> str:
    values = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": values}
    return json.dumps(manifest)


def teach_spark(control_plane: Cluster) -> None:
    """Install the definition of SparkClusters; it stays, for all tests share the server."""
    name = f"sparkclusters.{SPARK}"
    control_plane.apply(definition(SPARK, "SparkCluster"), "--force-conflicts")
    established(control_plane, name)


def until(happened: Callable[[], object], what: str, within: float = COLLECTED_WITHIN) -> None:
    """Wait for it; the AssertionError says what did not happen."""
    give_up = time.monotonic() + within
    while not happened():
        if time.monotonic() > give_up:
            raise AssertionError(f"within {within:.0f} seconds not seen: {what}")
        time.sleep(POLL)


def as_pod(cluster: Cluster, kubeconfig: Path, account: Path, patch: pytest.MonkeyPatch) -> Path:
    """Have this process look like a pod whose service account that of the kubeconfig is."""
    where, who = credentials.read(cluster.program, kubeconfig)
    server = urlsplit(where["server"])
    account.mkdir()
    (account / "ca.crt").write_bytes(base64.b64decode(where["certificate-authority-data"]))
    (account / "token").write_text(who["token"])
    (account / "namespace").write_text(f"{cluster.namespace}\n")
    patch.setenv("KUBERNETES_SERVICE_HOST", str(server.hostname))
    patch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    patch.setenv("KUBECONFIG", "/nowhere")
    return account
