"""A control plane to measure on: no audit log, no controllers, and it forgets when told to."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane import binaries, server
from controlplane.cluster import Cluster

from sync import crd

# The last flag of a name counts: nothing is logged, which would cost each request.
NO_AUDIT_LOG = ("--audit-log-path=",)
KINDS = (
    "controllerrevisions",
    "jackhoman.dev/notebooks",
    "namespaces",
    "rolebindings",
    "roles",
    "serviceaccounts",
    "services/endpoints",
    "services/specs",
    "statefulsets",
)
OURS = "team-"


@dataclass(frozen=True, slots=True)
class Plane:
    """A running API server with a store of its own."""

    cluster: Cluster
    store: str
    url: str
    authority: Path
    token: str

    @property
    def kubeconfig(self) -> Path:
        return self.cluster.kubeconfig

    def forget(self) -> None:
        """Take all notebooks and their namespaces out of the store, behind the server's back."""
        for kind in KINDS:
            begin = f"/registry/{kind}/{OURS}".encode()
            end = begin[:-1] + bytes([begin[-1] + 1])
            self._store("deleterange", {"key": _text(begin), "range_end": _text(end)})
        while self.count():  # the server is told by a watch
            time.sleep(0.1)

    def count(self, selector: str = "") -> int:
        """How many objects of ours the server knows."""
        words = ("get", "notebooks,namespaces,services", "--all-namespaces", "--output=name")
        chosen = (f"--selector={selector}",) if selector else ()
        found = self.cluster.kubectl(*words, *chosen).split()
        return sum("/study-" in each or f"/{OURS}" in each for each in found)

    def metrics(self) -> str:
        """What the server counts."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"{self.url}/metrics", headers=bearer)  # noqa: S310
        context = ssl.create_default_context(cafile=str(self.authority))
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with direct.open(request, timeout=60) as answer:
            text: bytes = answer.read()
        return text.decode()

    def _store(self, verb: str, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.store}/v3/kv/{verb}", data)  # noqa: S310
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=60) as answer:
            answer.read()


@contextmanager
def running(folder: Path, flags: Sequence[str] = ()) -> Iterator[Plane]:
    """Keep one up that knows Notebooks; MissingError where there is none to be had."""
    kubectl, programs = binaries.kubectl(), binaries.find()
    with server.started(programs, folder, (*NO_AUDIT_LOG, *flags)) as api:
        site = api.site
        cluster = Cluster(site.kubeconfig, "default", kubectl, site.folder)
        store = f"http://127.0.0.1:{site.ports[0]}"
        plane = Plane(cluster, store, site.url, site.certificate, site.token)
        cluster.apply(crd.text(), manager="bench")
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", f"crd/{crd.NAME}")
        yield plane


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
