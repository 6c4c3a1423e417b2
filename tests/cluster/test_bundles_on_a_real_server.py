"""What is rendered, a real API server takes; and what it means there is what was meant."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree
from renderer.yamlio import emit_documents, load_all

SAMPLE = Path(__file__).parents[2]
CORE = ("v1", "apps/v1", "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1")
TEMPLATE = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  home: {size: 1Gi, mountPath: /home/jovyan}
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: churn, namespace: NAMESPACE}
spec:
  owner: alice
  sharing: [{name: bob, access: view}, {name: carol, access: edit}]
  templateRef: {name: base, namespace: kf}
"""


def rendered(root: Path, output: Path) -> list[dict[str, Any]]:
    """Every object of every bundle, in the order of its kustomization."""
    rendering.write(
        SourceTree(root), OutputDirectory(output), rendering.Options(jobs=1, remember=False)
    )
    objects = []
    for listing in sorted(output.rglob("kustomization.yaml")):
        (kustomization,) = load_all(listing.read_bytes(), listing.name)
        for name in kustomization.value["resources"]:
            (document,) = load_all((listing.parent / name).read_bytes(), name)
            objects.append(document.value)
    return objects


def core(objects: list[dict[str, Any]], namespace: str) -> str:
    """The objects of kinds that every server has, moved into one namespace."""
    moved = [
        {**item, "metadata": {**item["metadata"], "namespace": namespace}}
        for item in objects
        if item["apiVersion"] in CORE and item["kind"] != "Namespace"
    ]
    assert moved
    return emit_documents(moved)


def tree(tmp_path: Path, cluster: Cluster, notebook: str = NOTEBOOK) -> Path:
    (tmp_path / "catalog").mkdir(exist_ok=True)
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    (tmp_path / "catalog/base.yaml").write_text(TEMPLATE, encoding="utf-8")
    text = notebook.replace("NAMESPACE", cluster.namespace)
    (tmp_path / "notebooks/nb.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def apply(tmp_path: Path, cluster: Cluster, notebook: str = NOTEBOOK) -> str:
    objects = rendered(tree(tmp_path, cluster, notebook), tmp_path / "out")
    return cluster.apply(core(objects, cluster.namespace))


def test_the_server_takes_every_core_object_of_the_sample_tree(
    cluster: Cluster, tmp_path: Path
) -> None:
    objects = rendered(SAMPLE, tmp_path / "out")
    said = cluster.apply(core(objects, cluster.namespace), "--dry-run=server", "--validate=true")
    assert said.count("serverside-applied") == core(objects, "x").count("\napiVersion:") + 1


def test_applying_the_same_bundle_again_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    def written() -> dict[str, Any]:
        """What our field manager wrote of each object, and when it last changed any of it."""
        kinds = "sts,svc,sa,role,rolebinding,pvc,controllerrevision"
        words = ("get", kinds, "--output=json", *show_managed_fields(cluster))
        return {
            f"{item['kind']}/{item['metadata']['name']}": entry
            for item in json.loads(cluster.kubectl(*words))["items"]
            for entry in item["metadata"].get("managedFields", [])
            if entry["manager"] == "octavo"
        }

    apply(tmp_path, cluster)
    before = written()
    time.sleep(1.1)  # times of managed fields have whole seconds
    apply(tmp_path, cluster)
    assert written() == before
    assert {name.split("/")[0] for name in before} >= {"StatefulSet", "ControllerRevision"}


def show_managed_fields(cluster: Cluster) -> tuple[str, ...]:
    """Newer kubectl hides them unless it is told not to; older kubectl knows no such flag."""
    known = "--show-managed-fields" in cluster.kubectl("get", "--help")
    return ("--show-managed-fields",) if known else ()


def replicas(cluster: Cluster) -> int:
    found = cluster.get("statefulset", "churn")
    assert found is not None
    number: int = found["spec"]["replicas"]
    return number


def test_a_notebook_is_stopped_by_its_file_and_stays_stopped_when_a_user_stops_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    apply(tmp_path, cluster)
    assert replicas(cluster) == 1
    cluster.kubectl("scale", "statefulset/churn", "--replicas=0")
    apply(tmp_path, cluster)
    assert replicas(cluster) == 0, "a sync started what a user stopped"
    cluster.kubectl("scale", "statefulset/churn", "--replicas=1")
    apply(tmp_path, cluster, NOTEBOOK + "  stopped: true\n")
    assert replicas(cluster) == 0
    apply(tmp_path, cluster, NOTEBOOK + "  stopped: false\n")
    assert replicas(cluster) == 1


def test_the_stateful_set_does_not_adopt_our_revisions(cluster: Cluster, tmp_path: Path) -> None:
    apply(tmp_path, cluster)

    def theirs() -> list[Any]:
        found = json.loads(cluster.kubectl("get", "controllerrevisions", "-o", "json"))
        return [item for item in found["items"] if item["metadata"].get("ownerReferences")]

    cluster.eventually(lambda: bool(theirs()))
    assert all("fragments" not in item["data"] for item in theirs())


ACCESS = {
    ("alice", "patch", "statefulsets/churn", "scale"): True,
    ("alice", "create", "pods/churn-0", "exec"): True,
    ("alice", "delete", "pods/churn-0", ""): True,
    ("alice", "create", "pods/other-0", "exec"): False,
    ("alice", "delete", "persistentvolumeclaims/churn-home", ""): False,
    ("alice", "patch", "roles/churn-owner", ""): False,
    ("alice", "get", "secrets/anything", ""): False,
    ("bob", "get", "pods/churn-0", ""): True,
    ("bob", "create", "pods/churn-0", "exec"): False,
    ("bob", "patch", "statefulsets/churn", "scale"): False,
    ("carol", "create", "pods/churn-0", "exec"): True,
    ("dave", "get", "pods/churn-0", ""): False,
}


def test_the_owner_and_those_it_is_shared_with_may_what_was_granted_and_no_more(
    cluster: Cluster, tmp_path: Path
) -> None:
    apply(tmp_path, cluster)

    def may(user: str, verb: str, what: str, subresource: str) -> bool:
        words = ("auth", "can-i", verb, what, f"--as={user}")
        sub = (f"--subresource={subresource}",) if subresource else ()
        try:
            return cluster.kubectl(*words, *sub).strip() == "yes"
        except KubectlError:
            return False

    # The binding may take a moment to be seen by the authorizer.
    cluster.eventually(lambda: may("alice", "get", "pods/churn-0", ""))
    assert {case: may(*case) for case in ACCESS} == ACCESS


@pytest.mark.parametrize("name", ["a" * 52, "x" * 100, "1-begins-with-a-digit", "has.dots.in.it"])
def test_a_name_of_any_shape_makes_objects_that_the_server_takes(
    cluster: Cluster, tmp_path: Path, name: str
) -> None:
    said = apply(tmp_path, cluster, NOTEBOOK.replace("name: churn", f"name: {name}"))
    assert "statefulset.apps/" in said
    cluster.eventually(lambda: "pod/" in cluster.kubectl("get", "pods", "-o", "name"))
