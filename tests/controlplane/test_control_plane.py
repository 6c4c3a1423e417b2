"""The control plane of the tests is real: it stores, defaults, collects, starts workloads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError


def stateful_set(name: str) -> Mapping[str, Any]:
    labels = {"app": name}
    pod = {"containers": [{"name": "main", "image": "example.org/notebook:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def config_map(name: str, owner: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    owners = [] if owner is None else [{**reference(owner)}]
    metadata = {"name": name, "ownerReferences": owners}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}


def reference(owner: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }


def test_each_test_has_an_empty_namespace_of_its_own(cluster: Cluster) -> None:
    assert cluster.namespace.startswith("test-")
    assert cluster.get("namespace", cluster.namespace) is not None
    assert cluster.kubectl("get", "statefulsets", "--output=name") == ""


def test_a_stateful_set_is_applied_on_the_servers_side_and_gets_its_defaults(
    cluster: Cluster,
) -> None:
    cluster.apply(json.dumps(stateful_set("scipy")))

    stored = cluster.get("statefulset", "scipy")

    assert stored is not None
    assert stored["spec"]["replicas"] == 1
    assert stored["metadata"]["namespace"] == cluster.namespace


def test_a_field_belongs_to_whoever_applied_it(cluster: Cluster) -> None:
    cluster.apply(json.dumps(stateful_set("scipy")))
    other = json.dumps(stateful_set("scipy")).replace("notebook:1", "notebook:2")

    with pytest.raises(KubectlError, match='conflict with "octavo"'):
        cluster.apply(other, manager="somebody-else")


def test_a_dry_run_says_what_would_be_and_writes_nothing(cluster: Cluster) -> None:
    said = cluster.apply(json.dumps(stateful_set("scipy")), "--dry-run=server")

    assert "serverside-applied (server dry run)" in said
    assert cluster.get("statefulset", "scipy") is None


def test_what_the_schema_forbids_is_refused_in_words(cluster: Cluster) -> None:
    broken = {**stateful_set("scipy"), "spec": {"serviceName": "scipy"}}

    with pytest.raises(KubectlError, match="selector"):
        cluster.apply(json.dumps(broken))


def test_the_stateful_set_controller_makes_a_pod(cluster: Cluster) -> None:
    cluster.apply(json.dumps(stateful_set("scipy")))

    cluster.eventually(lambda: cluster.get("pod", "scipy-0") is not None)


def test_an_object_goes_with_its_owner(cluster: Cluster) -> None:
    cluster.apply(json.dumps(config_map("owner")))
    owner = cluster.get("configmap", "owner")
    cluster.apply(json.dumps(config_map("owned", owner)))

    cluster.kubectl("delete", "configmap", "owner")

    cluster.eventually(lambda: cluster.get("configmap", "owned") is None)
