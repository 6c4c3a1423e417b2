"""What a real API server remembers is what `holder` goes by."""

from __future__ import annotations

import json

import pytest
from controlplane.cluster import Cluster

from sync.marks import AGENT, PART_OF
from sync.ownership import Holder, holder

SET = "applyset-x-v1"


def config_map(agent: str = "octavo") -> str:
    labels = {AGENT: agent, PART_OF: SET}
    metadata = {"name": "settings", "labels": labels}
    return json.dumps({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {"a": "b"},
    })


def found(cluster: Cluster) -> Holder | None:
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps/settings"
    return holder(json.loads(cluster.kubectl("get", f"--raw={path}")), "octavo", SET)


def test_what_our_manager_applied_is_ours(cluster: Cluster) -> None:
    cluster.apply(config_map())

    assert found(cluster) is None


def test_what_an_agent_of_another_name_applied_is_theirs(cluster: Cluster) -> None:
    cluster.apply(config_map(agent="other"))

    assert found(cluster) == Holder("the agent `other`", adoptable=False)


@pytest.mark.parametrize("label", [f"{AGENT}=other", f"{AGENT}-", f"{PART_OF}-"])
def test_it_stays_ours_whoever_writes_on_its_labels(cluster: Cluster, label: str) -> None:
    cluster.apply(config_map())
    cluster.kubectl("label", "configmap", "settings", "--overwrite", label)

    assert found(cluster) is None


def test_what_wiped_the_servers_memory_may_be_taken_over(cluster: Cluster) -> None:
    cluster.apply(config_map())
    wiped = json.dumps({"metadata": {"managedFields": [{}]}})
    cluster.kubectl("patch", "configmap", "settings", "--type=merge", f"--patch={wiped}")

    theirs = found(cluster)
    assert theirs is not None
    assert theirs.adoptable


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (("create", "--field-manager=kubectl-create"), "someone (made by kubectl-create)"),
        (("apply",), "kubectl apply"),
        (("create", "--field-manager=helm"), "Helm"),
    ],
)
def test_what_people_made_may_be_taken_over(
    cluster: Cluster, verb: tuple[str, ...], words: str
) -> None:
    plain = json.loads(config_map())
    del plain["metadata"]["labels"]
    cluster.kubectl(*verb, "--filename=-", stdin=json.dumps(plain))

    assert found(cluster) == Holder(words, adoptable=True)


@pytest.mark.parametrize(
    ("manager", "words"),
    [("argocd-controller", "Argo CD"), ("kustomize-controller", "Flux")],
)
def test_a_tool_that_applies_beside_us_is_not_fought(
    cluster: Cluster, manager: str, words: str
) -> None:
    cluster.apply(config_map())
    cluster.apply(config_map(), manager=manager)

    assert found(cluster) == Holder(words, adoptable=False)
