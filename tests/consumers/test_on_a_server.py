"""A real API server takes what we render, by kubectl and kustomize alone; our agent agrees."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError

from sync import crd
from tests.consumers import schemas
from tests.consumers.trees import BOTH, ROUTES, Trees, begin, sample
from tests.sync.program import Octavo

# What our agent puts on what it applies; nothing else may differ once somebody else has applied it.
MARKS = {"jackhoman.dev/agent", "jackhoman.dev/namespace-bundle"}
SET = "applyset.kubernetes.io/"
KINDS = "notebooks,sts,svc,sa,role,rolebinding,pvc,controllerrevision,networkpolicy,ingress"


# --- the definitions


@contextmanager
def installed(cluster: Cluster, group: str, kind: str) -> Iterator[None]:
    """The kind of somebody else, in a group of this test alone, as others share the server."""
    found = schemas.definition(group, kind)
    names = found["spec"]["names"]
    name = f"{names['plural']}.{own(cluster, group)}"
    spec = {**found["spec"], "group": own(cluster, group)}
    spec.pop("conversion", None)
    definition = {
        **found,
        # The Gateway API's must be said to be approved.
        "metadata": {"name": name, "annotations": {"api-approved.kubernetes.io": "https://x"}},
        "spec": {**spec, "names": {**names, "shortNames": [], "categories": []}},
    }
    words = ("create", "--validate=false", "--filename=-")
    cluster.kubectl(*words, stdin=json.dumps(without_empty_texts(definition)))
    try:
        cluster.eventually(lambda: is_served(cluster, f"crd/{name}"))
        yield
    finally:
        cluster.kubectl("delete", "--wait=false", f"crd/{name}")


def own(cluster: Cluster, group: str) -> str:
    return f"{cluster.namespace}.{group}"


def without_empty_texts(node: Any) -> Any:
    """The oldest server that is tested with takes an empty text in a custom kind for null."""
    match node:
        case dict():
            items = [item for item in node.items() if item != ("default", "")]
            return {key: without_empty_texts(each) for key, each in items}
        case list():
            return list(map(without_empty_texts, node))
        case "":
            return "core"
        case _:
            return node


def is_served(cluster: Cluster, name: str) -> bool:
    found = json.loads(cluster.kubectl("get", name, "--output=json"))
    conditions = (found.get("status") or {}).get("conditions") or ()
    return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)


def moved(obj: Mapping[str, Any], cluster: Cluster) -> dict[str, Any]:
    """The object in the namespace of the test, and of its own group."""
    metadata = {**obj["metadata"], "namespace": cluster.namespace}
    version = own(cluster, obj["apiVersion"])
    moved: dict[str, Any] = without_empty_texts({
        **obj,
        "apiVersion": version,
        "metadata": metadata,
    })
    return moved


def of_others(folder: Path) -> list[Any]:
    """All that we render of kinds of others."""
    objects = []
    for route in ("istio", "gateway"):
        (folder / route).mkdir()
        tree = sample(folder / route, route)
        tree.render()
        objects += [
            each for _, each in tree.everything() if (group_of(each), each["kind"]) in schemas.KINDS
        ]
    return objects


def test_a_server_takes_every_object_of_kinds_of_others(cluster: Cluster, tmp_path: Path) -> None:
    schemas.needed()
    objects = of_others(tmp_path)
    kinds = {(group_of(each), each["kind"]) for each in objects}
    assert len(kinds) == len(schemas.KINDS) - 1  # an Application is made by Argo CD
    with ExitStack() as stack:
        for group, kind in sorted(kinds):
            stack.enter_context(installed(cluster, group, kind))
        for each in objects:
            sent = moved(each, cluster)
            cluster.apply(json.dumps(sent))
            kind, name = f"{each['kind']}.{own(cluster, group_of(each))}", each["metadata"]["name"]
            found = cluster.get(kind, name)
            assert found is not None
            assert kept(sent["spec"], found["spec"]) == sent["spec"]


def test_a_server_looks_at_what_it_takes(cluster: Cluster) -> None:
    """It refuses what the test above would have to find otherwise."""
    schemas.needed()
    broken = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "x"},
        "spec": {"sourceRepos": "everything"},
    }
    looking = pytest.raises(KubectlError, match="sourceRepos")
    with installed(cluster, "argoproj.io", "AppProject"), looking:
        cluster.apply(json.dumps(moved(broken, cluster)))


def group_of(obj: Mapping[str, Any]) -> str:
    group: str = obj["apiVersion"].rpartition("/")[0]
    return group


def kept(sent: Any, found: Any) -> Any:
    """What stands of what was sent: defaults that the server adds are left out."""
    if isinstance(sent, dict) and isinstance(found, dict):
        return {key: kept(sent[key], found[key]) for key in sent if key in found}
    if isinstance(sent, list) and isinstance(found, list) and len(sent) == len(found):
        return [kept(one, other) for one, other in zip(sent, found, strict=True)]
    return found


# --- kustomize, and kubectl instead of Argo CD and Flux


@pytest.mark.parametrize("route", ROUTES)
def test_kustomize_builds_every_directory_and_finds_all_that_is_in_it(
    tmp_path: Path, route: str
) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl on PATH")
    tree = sample(tmp_path, route)
    tree.render()
    directories = tree.directories()
    assert {"argocd", "flux", "flux-namespaces/research", "namespaces/research"} < {*directories}
    for directory in directories:
        done = subprocess.run(
            [kubectl, "kustomize", tree.out / directory],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\nkind: ") == len(tree.objects(directory))


@pytest.fixture
def desk(cluster: Cluster, tmp_path: Path) -> Trees:
    """A tree whose notebooks live in the namespace of the test."""
    cluster.apply(crd.text(), "--force-conflicts", manager="octavo-tests")
    cluster.eventually(lambda: is_served(cluster, f"crd/{crd.NAME}"))
    settings = f"{BOTH}networkPolicy: true\nrouting: {{kind: ingress, host: nb.example.com}}\n"
    tree = begin(tmp_path, settings)
    for name in ("churn", "resnet"):
        tree.notebook(cluster.namespace, name)
    tree.render()
    return tree


def applied(cluster: Cluster, tree: Trees) -> str:
    """Every bundle of the namespace by `kubectl apply --server-side -k`, namespaces first."""
    said = ""
    for directory in tree.directories():
        if directory.startswith(("namespaces/", "notebooks/")):
            words = ("--server-side", "--force-conflicts", f"--kustomize={tree.out / directory}")
            said += cluster.kubectl("apply", *words)
    return said


def standing(cluster: Cluster) -> dict[str, Any]:
    """All objects of the namespace that we render, without what the server keeps of them."""
    found = json.loads(cluster.kubectl("get", KINDS, "--output=json"))["items"]
    # A StatefulSet makes ControllerRevisions of its own.
    ours = [each for each in found if "fragments" in each.get("data", {"fragments": ()})]
    return {f"{each['kind']}/{each['metadata']['name']}": plain(each) for each in ours}


def plain(obj: Mapping[str, Any]) -> Any:
    metadata = dict(obj["metadata"])
    for key in ("managedFields", "resourceVersion", "generation", "ownerReferences"):
        metadata.pop(key, None)
    for key in ("labels", "annotations"):
        left = metadata.get(key) or {}
        metadata[key] = {
            name: value
            for name, value in left.items()
            if name not in MARKS and not name.startswith(SET)
        }
    return {**obj, "metadata": metadata, "status": None}


def agent(cluster: Cluster, tree: Trees, *words: str) -> Any:
    octavo = Octavo(cluster.kubeconfig, tree.root / "cache")
    ours = (f"--namespaces={cluster.namespace}", f"--agent={cluster.namespace}")
    return octavo.sync(f"--from={tree.out}", "--patience=2", "--deadline=20", *ours, *words)


def test_kubectl_alone_applies_every_bundle_and_a_second_time_changes_nothing(
    cluster: Cluster, desk: Trees
) -> None:
    said = applied(cluster, desk)
    expected = sum(
        len(desk.objects(each))
        for each in desk.directories()
        if each.startswith(("namespaces/", "notebooks/"))
    )
    assert said.count("serverside-applied") == expected

    def versions() -> set[str]:
        """Of what no controller writes to."""
        kinds = "notebooks,role,rolebinding,svc,networkpolicy"
        items = json.loads(cluster.kubectl("get", kinds, "--output=json"))["items"]
        return {each["metadata"]["resourceVersion"] for each in items}

    before = versions()
    assert len(before) > 10
    applied(cluster, desk)
    assert versions() == before


def test_our_agent_finds_nothing_to_change_but_its_own_marks(cluster: Cluster, desk: Trees) -> None:
    applied(cluster, desk)
    before = standing(cluster)
    assert len(before) > 20
    done = agent(cluster, desk, "--adopt")
    assert done.code == 0, done.said
    assert standing(cluster) == before
    with cluster.recording(user_agent="octavo") as recording:
        assert agent(cluster, desk).code == 0
    assert recording.requests()
    assert recording.writes() == []


TOOLS = {
    "Argo CD": ("argocd-controller", "Argo CD"),
    "Flux": ("kustomize-controller", "Flux"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_what_another_tool_applied_our_agent_refuses_and_does_not_touch(
    cluster: Cluster, desk: Trees, tool: str
) -> None:
    manager, words = TOOLS[tool]
    for directory in desk.directories():
        if directory.startswith("notebooks/"):
            for each in desk.objects(directory):
                cluster.apply(json.dumps(each), manager=manager)
    before = standing(cluster)
    done = agent(cluster, desk, "--adopt")
    assert done.code == 1
    assert f"belongs to {words}" in done.said
    assert standing(cluster) == before


def test_an_early_wave_holds_nothing_that_could_keep_the_next_from_coming(
    cluster: Cluster, desk: Trees
) -> None:
    """By the server's word: what is in the first wave has no status to wait for."""
    applied(cluster, desk)
    found = json.loads(cluster.kubectl("get", KINDS, "--output=json"))["items"]
    early = [
        each
        for each in found
        if "argocd.argoproj.io/sync-wave" in each["metadata"].get("annotations", {})
    ]
    assert {each["kind"] for each in early} > {"Role", "RoleBinding", "ServiceAccount"}
    assert [each["kind"] for each in early if each.get("status")] == []
