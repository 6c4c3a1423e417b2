"""A real API server takes what the chart installs, and lets the agent do its work and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError

Object = Mapping[str, Any]
Render = Callable[..., list[Object]]
NOT_ON_EVERY_SERVER = ("PodDisruptionBudget", "ServiceMonitor")
CORE = ("v1", "apps/v1", "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1")
VALUES: dict[str, Object] = {
    "defaults": {},
    "everything": {
        "replicas": 2,
        "source": {
            "sshSecret": {"name": "git"},
            "verify": {"gpg": {"configMap": "keys"}, "ssh": {"configMap": "signers"}},
        },
        "copies": {"secrets": True, "configMaps": True},
        "deleteClaims": True,
        "resources": {"limits": {"memory": "1Gi"}},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "nodeSelector": {"a": "b"},
        "imagePullSecrets": ["pull"],
        "podAnnotations": {"a": "b"},
        "env": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "extraKinds": [{"group": "apps", "kind": "Deployment", "resource": "deployments"}],
    },
    "no Lease": {"lease": False},
    "companion": {"companion": True, "copies": {"secrets": True}},
    "token": {"source": {"tokenSecret": {"name": "git"}}},
}


def manifest(objects: Iterable[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def here(values: Object, cluster: Cluster) -> Object:
    """These values, for this test's own namespace."""
    name = cluster.namespace
    return {
        **values,
        "namespaces": [name],
        "dependencies": [{"namespace": name, "secrets": ["s"]}] if "copies" in values else [],
    }


@pytest.mark.parametrize("name", VALUES)
def test_the_server_takes_every_object(render: Render, cluster: Cluster, name: str) -> None:
    for values in (VALUES[name], here(VALUES[name], cluster)):
        objects = [
            each
            for each in render(values, cluster.namespace)
            if each["kind"] not in NOT_ON_EVERY_SERVER
        ]
        said = cluster.apply(manifest(objects), "--dry-run=server", "--validate=true")
        assert said.count("serverside-applied") == len(objects) >= 8


class Agent:
    """kubectl as the installed ServiceAccount."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        account = f"system:serviceaccount:{cluster.namespace}:octavo-sync-agent"
        self.flag = f"--as={account}"

    def apply(self, objects: Iterable[Object]) -> str:
        return self.cluster.apply(manifest(objects), self.flag)

    def may(self, verb: str, resource: str, namespace: str = "") -> bool:
        group_of = {"resource": resource.partition(".")[0], "group": resource.partition(".")[2]}
        part, _, sub = group_of["resource"].partition("/")
        attributes = {
            "verb": verb,
            "group": group_of["group"],
            "resource": part,
            "subresource": sub,
            "namespace": namespace or self.cluster.namespace,
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        words = ("create", "--filename=-", "--output=json", self.flag)
        answer = json.loads(self.cluster.kubectl(*words, stdin=json.dumps(review)))
        return bool(answer["status"].get("allowed"))


@pytest.fixture
def install(render: Render, cluster: Cluster) -> Iterator[Callable[[Object], Agent]]:
    """Installs the grants (no pod runs here), and takes those of the cluster away again."""
    made: list[Object] = []

    def installed(values: Object) -> Agent:
        objects = [
            each
            for each in render(values, cluster.namespace)
            if "rbac.authorization.k8s.io" in each["apiVersion"] or each["kind"] == "ServiceAccount"
        ]
        for each in objects:
            made.append(each)
            cluster.apply(json.dumps(each), *place(each, cluster))
        return Agent(cluster)

    yield installed
    for each in made:
        if each["metadata"].get("namespace") != cluster.namespace:
            words = ("delete", each["kind"], each["metadata"]["name"], "--wait=false")
            cluster.kubectl(*words, *place(each, cluster))


def place(obj: Object, cluster: Cluster) -> tuple[str, ...]:
    return (f"--namespace={obj['metadata'].get('namespace', cluster.namespace)}",)


def bundle(bundles: Mapping[str, list[Object]], namespace: str) -> list[Object]:
    """A notebook and its namespace's objects of kinds that every server has, moved there."""
    moved: list[Object] = [
        {**each, "metadata": {**each["metadata"], "namespace": namespace}}
        for each in bundles["none"]
        if each["apiVersion"] in CORE and each["kind"] != "Namespace"
    ]
    assert {"Role", "RoleBinding", "StatefulSet", "ResourceQuota"} <= {e["kind"] for e in moved}
    return moved


@pytest.mark.parametrize("narrow", [False, True])
def test_the_agent_applies_bundles_and_takes_them_back(
    install: Callable[[Object], Agent],
    bundles: Mapping[str, list[Object]],
    cluster: Cluster,
    narrow: bool,
) -> None:
    agent = install({"namespaces": [cluster.namespace]} if narrow else {})
    objects = bundle(bundles, cluster.namespace)
    assert agent.apply(objects).count("serverside-applied") == len(objects)
    assert "churn-owner" in agent.apply(objects)

    for each in objects:
        words = ("delete", each["kind"], each["metadata"]["name"], "--wait=false", agent.flag)
        if each["kind"] == "PersistentVolumeClaim":
            with pytest.raises(KubectlError, match="cannot delete"):
                cluster.kubectl(*words)
        else:
            assert "deleted" in cluster.kubectl(*words)


def role(namespace: str, *rules: Object) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "more", "namespace": namespace},
        "rules": list(rules),
    }


@pytest.mark.parametrize(
    "rule",
    [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]},
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["delete"]},
    ],
)
def test_the_agent_grants_nothing_that_it_does_not_hold(
    install: Callable[[Object], Agent], cluster: Cluster, rule: Object
) -> None:
    agent = install({})
    with pytest.raises(KubectlError, match="not currently held"):
        agent.apply([role(cluster.namespace, rule)])


def test_the_agent_binds_no_role_of_the_cluster(
    install: Callable[[Object], Agent], cluster: Cluster
) -> None:
    agent = install({})
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "more", "namespace": cluster.namespace},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "edit",
        },
        "subjects": [
            {"kind": "User", "name": "eve", "apiGroup": "rbac.authorization.k8s.io"},
        ],
    }
    with pytest.raises(KubectlError, match="not currently held"):
        agent.apply([binding])


MAY: list[tuple[str, str]] = [
    ("patch", "notebooks.jackhoman.dev"),
    ("patch", "notebooks/status.jackhoman.dev"),
    ("watch", "statefulsets.apps"),
    ("delete", "pods"),
    ("create", "events"),
    ("create", "leases.coordination.k8s.io"),
    ("list", "virtualservices.networking.istio.io"),
    ("list", "namespaces"),
]
MAY_NOT: list[tuple[str, str]] = [
    ("get", "secrets"),
    ("list", "configmaps"),
    ("create", "pods"),
    ("delete", "namespaces"),
    ("update", "statefulsets.apps"),
    ("delete", "persistentvolumeclaims"),
    ("create", "serviceaccounts/token"),
    ("delete", "leases.coordination.k8s.io"),
    ("list", "nodes"),
    ("create", "clusterroles.rbac.authorization.k8s.io"),
    ("impersonate", "users"),
]


def test_the_agent_may_what_it_needs_and_nothing_near_it(
    install: Callable[[Object], Agent], cluster: Cluster
) -> None:
    agent = install({})
    assert [each for each in MAY if not agent.may(*each)] == []
    assert [each for each in MAY_NOT if agent.may(*each)] == []
    assert agent.may("patch", "notebooks.jackhoman.dev", "default")
    assert not agent.may("create", "leases.coordination.k8s.io", "default")
    assert cluster.kubectl("get", "namespace", "kube-system", "--output=name", agent.flag)


COMPANION_MAY: list[tuple[str, str]] = [
    ("watch", "notebooks.jackhoman.dev"),
    ("list", "controllerrevisions.apps"),
    ("watch", "statefulsets.apps"),
    ("watch", "pods"),
    ("patch", "notebooks/status.jackhoman.dev"),
    ("create", "events"),
    ("create", "secrets"),
    ("delete", "secrets"),
    ("create", "leases.coordination.k8s.io"),
]
COMPANION_MAY_NOT: list[tuple[str, str]] = [
    ("patch", "notebooks.jackhoman.dev"),
    ("delete", "notebooks.jackhoman.dev"),
    ("create", "controllerrevisions.apps"),
    ("patch", "statefulsets.apps"),
    ("delete", "pods"),
    ("create", "pods/exec"),
    ("get", "configmaps"),
    ("list", "namespaces"),
    ("get", "roles.rbac.authorization.k8s.io"),
    ("create", "rolebindings.rbac.authorization.k8s.io"),
]


def test_a_companion_may_write_copies_and_status_only(
    install: Callable[[Object], Agent],
) -> None:
    agent = install({"companion": True, "copies": {"secrets": True}})
    assert [each for each in COMPANION_MAY if not agent.may(*each)] == []
    assert [each for each in (*COMPANION_MAY_NOT, *MAY_NOT[2:]) if agent.may(*each)] == []


def test_an_agent_of_some_namespaces_has_nothing_to_do_with_others(
    install: Callable[[Object], Agent], cluster: Cluster
) -> None:
    agent = install({"namespaces": [cluster.namespace]})
    named = [each for each in MAY if each[1] != "namespaces"]
    assert [each for each in named if not agent.may(*each)] == []
    assert [each for each in named if agent.may(*each, "default")] == []


def test_it_makes_the_namespaces_that_are_named_and_no_other(
    install: Callable[[Object], Agent], render: Render, cluster: Cluster
) -> None:
    agent = install({"namespaces": [cluster.namespace]})
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.namespace}}
    assert agent.apply([own])
    with pytest.raises(KubectlError, match="forbidden"):
        agent.apply([{**own, "metadata": {"name": f"{cluster.namespace}-other"}}])
    (cluster_role,) = [
        each
        for each in render({"namespaces": [f"{cluster.namespace}-new"]}, cluster.namespace)
        if each["kind"] == "ClusterRole" and each["metadata"]["name"].endswith(":cluster")
    ]
    cluster.apply(manifest([cluster_role]))
    try:
        assert agent.apply([{**own, "metadata": {"name": f"{cluster.namespace}-new"}}])
    finally:
        cluster.kubectl("delete", "namespace", f"{cluster.namespace}-new", "--wait=false")


def test_the_originals_of_copies_are_read_by_name(
    install: Callable[[Object], Agent], cluster: Cluster, control_plane: Cluster
) -> None:
    """The notebooks live elsewhere: here are only the originals."""
    cluster.kubectl("create", "secret", "generic", "database", "--from-literal=a=b")
    cluster.kubectl("create", "secret", "generic", "other", "--from-literal=a=b")
    agent = install({
        "namespaces": [control_plane.namespace],
        "copies": {"secrets": True},
        "dependencies": [{"namespace": cluster.namespace, "secrets": ["database"]}],
    })
    assert cluster.kubectl("get", "secret", "database", "--output=name", agent.flag)
    by_name = "--field-selector=metadata.name=database"
    assert cluster.kubectl("get", "secrets", by_name, "--output=name", agent.flag)
    for words in (("secret", "other"), ("secrets",)):
        with pytest.raises(KubectlError, match="forbidden"):
            cluster.kubectl("get", *words, agent.flag)
