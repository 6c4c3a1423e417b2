"""The API server as these tests speak to it: through `kubectl proxy`, with every answer whole."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from controlplane.cluster import Cluster

from sync.errors import Cause, ClusterError

PLURALS = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"}
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


@dataclass(frozen=True, slots=True)
class Api:
    """A namespace of a real API server."""

    port: int
    namespace: str

    def apply(
        self,
        obj: Mapping[str, Any],
        manager: str = "octavo",
        *,
        force: bool = False,
        dry: bool = False,
    ) -> dict[str, Any]:
        words = f"?fieldManager={manager}&force={str(force).lower()}{'&dryRun=All' * dry}"
        return self.send("PATCH", self.path(obj) + words, self.placed(obj), APPLY)

    def merge(self, obj: Mapping[str, Any], patch: Any, manager: str = "other") -> dict[str, Any]:
        return self.send("PATCH", f"{self.path(obj)}?fieldManager={manager}", patch, MERGE)

    def json_patch(
        self, obj: Mapping[str, Any], steps: Any, manager: str = "octavo"
    ) -> dict[str, Any]:
        return self.send("PATCH", f"{self.path(obj)}?fieldManager={manager}", steps, JSON_PATCH)

    def create(self, obj: Mapping[str, Any], manager: str) -> dict[str, Any]:
        collection = self.path(obj).rpartition("/")[0]
        return self.send("POST", f"{collection}?fieldManager={manager}", self.placed(obj))

    def get(self, obj: Mapping[str, Any]) -> dict[str, Any]:
        return self.send("GET", self.path(obj))

    def placed(self, obj: Mapping[str, Any]) -> dict[str, Any]:
        return {**obj, "metadata": {**obj["metadata"], "namespace": self.namespace}}

    def path(self, obj: Mapping[str, Any]) -> str:
        group = "/apis" if "/" in obj["apiVersion"] else "/api"
        plural = PLURALS.get(obj["kind"], obj["kind"].lower() + "s")
        name = quote(obj["metadata"]["name"])
        return f"{group}/{obj['apiVersion']}/namespaces/{self.namespace}/{plural}/{name}"

    def send(
        self, verb: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        """Again where the proxy of kubectl cut the answer, as it does on a busy machine."""
        for _ in range(0 if verb == "POST" else PATIENCE):
            try:
                return self._send(verb, path, body, kind)
            except http.client.IncompleteRead:
                continue
        return self._send(verb, path, body, kind)

    def _send(self, verb: str, path: str, body: Any, kind: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(verb, path, json.dumps(body), {"Content-Type": kind})
            answer = connection.getresponse()
            found: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise refusal(found)
        return found


PATIENCE = 3


def refusal(found: Mapping[str, Any]) -> ClusterError:
    causes = [
        Cause(each.get("reason", ""), each.get("field", ""), each.get("message", ""))
        for each in (found.get("details") or {}).get("causes", [])
    ]
    return ClusterError(found["code"], found.get("reason", ""), found["message"], causes)


@pytest.fixture(scope="session")
def proxy(control_plane: Cluster) -> Iterator[int]:
    command = [
        control_plane.program,
        f"--kubeconfig={control_plane.kubeconfig}",
        "proxy",
        "--port=0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r":(\d+)$", process.stdout.readline().strip())
            assert found
            yield int(found[1])
        finally:
            process.terminate()


@pytest.fixture
def api(cluster: Cluster, proxy: int) -> Api:
    return Api(proxy, cluster.namespace)
