"""A newer kubectl knows a Notebook as the parent of a set: it asks whose that is, and prunes."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from controlplane.cluster import Cluster

from sync import marks
from sync.objects import GroupKind

MAPS = GroupKind("", "ConfigMap")
SET = "--applyset=notebooks.jackhoman.dev/nb"


@dataclass(frozen=True, slots=True)
class Newer:
    """A kubectl that prunes by sets; older ones do not know how."""

    cluster: Cluster

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        where = f"--kubeconfig={self.cluster.kubeconfig}", f"--namespace={self.cluster.namespace}"
        return subprocess.run(
            [self.cluster.program, *where, *words],
            check=False,
            capture_output=True,
            text=True,
            input=stdin,
            env={**os.environ, "KUBECTL_APPLYSET": "true"},
        )

    def prune(self, *kept: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        words = ("apply", "--server-side", "--force-conflicts", SET, "--prune", "--filename=-")
        return self.run(
            *words, stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": kept})
        )


@pytest.fixture
def newer(cluster: Cluster, notebook_crd: str) -> Newer:
    found = Newer(cluster)
    if "--applyset" not in found.run("apply", "--help").stdout:
        pytest.skip("this kubectl does not prune by sets")
    assert notebook_crd
    return found


def config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {}}


def test_it_leaves_our_set_alone_until_it_is_handed_over(cluster: Cluster, newer: Newer) -> None:
    meta = {"name": "nb", "namespace": cluster.namespace}
    notebook = {"apiVersion": "jackhoman.dev/v1beta1", "kind": "Notebook", "metadata": meta}
    cluster.apply(json.dumps(marks.parent({**notebook, "spec": {}}, "octavo", [MAPS])))
    uid = (cluster.get("notebook", "nb") or {})["metadata"]["uid"]
    parent = marks.Parent(cluster.namespace, "nb", uid)
    for name in ("kept", "gone"):
        cluster.apply(json.dumps(marks.member(config_map(name), "octavo", parent)))

    refused = newer.prune(config_map("kept"))
    assert refused.returncode
    assert 'is managed by tooling "octavo" instead of "kubectl"' in refused.stderr

    cluster.kubectl("annotate", "notebook/nb", "--overwrite", f"{marks.TOOLING}=kubectl/v1.27.0")
    done = newer.prune(config_map("kept"))
    assert done.returncode == 0, done.stderr
    assert cluster.get("configmap", "kept") is not None
    assert cluster.get("configmap", "gone") is None
