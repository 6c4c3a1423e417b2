"""A test may ask the server as somebody else: a service account, or a person and their groups."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from controlplane.cluster import Cluster, KubectlError

READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [configmaps], verbs: [get, list]}
"""
WRITER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: writer}
rules:
- {apiGroups: [""], resources: [secrets], verbs: [create]}
"""


def may(cluster: Cluster, verb: str, resource: str, namespace: str = "default") -> bool:
    try:
        cluster.kubectl("auth", "can-i", verb, resource, f"--namespace={namespace}", "--quiet")
    except KubectlError:
        return False
    return True


def name_in(cluster: Cluster, kubeconfig: Path) -> str:
    """Whom the server takes the user of this kubeconfig for: it says so where it forbids."""
    with pytest.raises(KubectlError) as forbidden:
        cluster.using(kubeconfig).kubectl("get", "nodes")
    return str(forbidden.value)


def test_a_service_account_may_do_nothing_that_no_role_grants(cluster: Cluster) -> None:
    agent = cluster.using(cluster.as_service_account("agent"))
    assert not may(agent, "list", "configmaps")
    assert f"system:serviceaccount:{cluster.namespace}:agent" in name_in(cluster, agent.kubeconfig)


def test_a_cluster_role_counts_everywhere_and_grants_what_it_says(cluster: Cluster) -> None:
    agent = cluster.using(cluster.as_service_account("agent", READER))
    assert may(agent, "list", "configmaps")
    assert not may(agent, "create", "configmaps")


def test_a_cluster_role_can_be_bound_in_one_namespace_only(cluster: Cluster) -> None:
    kubeconfig = cluster.as_service_account("agent", READER, only_in=[cluster.namespace])
    agent = cluster.using(kubeconfig)
    assert may(agent, "list", "configmaps", cluster.namespace)
    assert not may(agent, "list", "configmaps")


def test_several_roles_are_bound_at_once(cluster: Cluster) -> None:
    agent = cluster.using(cluster.as_service_account("agent", f"{READER}---{WRITER}"))
    assert may(agent, "list", "configmaps")
    assert may(agent, "create", "secrets", cluster.namespace)
    assert not may(agent, "create", "secrets")


def test_two_tests_may_use_a_cluster_role_of_the_same_name(cluster: Cluster) -> None:
    cluster.as_service_account("agent", READER)

    role = cluster.get("clusterrole", f"{cluster.namespace}-reader")

    assert cluster.get("clusterrole", "reader") is None
    assert role is not None
    assert role["metadata"]["ownerReferences"][0]["name"] == cluster.namespace


@pytest.mark.parametrize(
    "name", ["alice", "alice+lab@example.com", "https://id.example.com#ålice", "a=b/c\\d, e"]
)
def test_a_user_is_known_by_the_name_in_their_certificate(cluster: Cluster, name: str) -> None:
    assert json.dumps(name, ensure_ascii=False)[1:-1] in name_in(cluster, cluster.as_user(name))


def test_a_user_has_the_rights_of_their_groups(cluster: Cluster) -> None:
    cluster.apply(WRITER)
    binding = ("create", "rolebinding", "team", "--role=writer", "--group=the lab/eu")
    cluster.kubectl(*binding)
    member = cluster.using(cluster.as_user("alice", ["others", "the lab/eu"]))
    stranger = cluster.using(cluster.as_user("bob", ["others"]))

    assert may(member, "create", "secrets", cluster.namespace)
    assert not may(stranger, "create", "secrets", cluster.namespace)


def test_a_kubeconfig_is_readable_for_nobody_else(cluster: Cluster) -> None:
    for path in (cluster.as_user("alice"), cluster.as_service_account("agent")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
