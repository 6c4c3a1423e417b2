"""The verbs, on a real API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster as ControlPlane

from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.objects import GroupKind, Key, key_of
from tests.sync.kinds import definition

CONFIG_MAPS = GroupKind("", "ConfigMap")
WIDGETS = GroupKind("things.example.org", "Widget")
NEVER = GroupKind("never.example.org", "Widget")
MANY = 23


def config_map(cluster: ControlPlane, name: str = "settings", **data: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": cluster.namespace, "labels": {"made": "here"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data or {"a": "b"}}


def rewritten(
    cluster: ControlPlane, folder: Path, *, user: Mapping[str, Any] | None = None, **server: Any
) -> str:
    """The control plane's kubeconfig with something else in it; None takes a key out."""
    found = json.loads(cluster.kubeconfig.read_text())
    found["users"][0]["user"].update(user or {})
    entry = {**found["clusters"][0]["cluster"], **server}
    found["clusters"][0]["cluster"] = {k: v for k, v in entry.items() if v is not None}
    path = folder / "rewritten"
    path.write_text(json.dumps(found))
    return str(path)


def test_what_is_applied_is_there_until_it_is_deleted(cluster: ControlPlane, real: Cluster) -> None:
    key = key_of(config_map(cluster))
    assert real.get(key) is None

    applied = real.apply(config_map(cluster))
    assert applied["metadata"]["managedFields"][0]["manager"] == "octavo"
    assert real.get(key) == applied

    assert not real.delete(key, "another-uid")
    assert real.get(key) == applied
    assert real.delete(key, applied["metadata"]["uid"])
    assert not real.delete(key, applied["metadata"]["uid"])
    assert real.get(key) is None


def test_a_dry_run_answers_and_writes_nothing(cluster: ControlPlane, real: Cluster) -> None:
    answer = real.apply(config_map(cluster, a="new"), dry_run=True)

    assert answer["data"] == {"a": "new"}
    assert real.get(key_of(config_map(cluster))) is None


def test_a_conflict_names_manager_and_field_and_force_wins(
    cluster: ControlPlane, real: Cluster
) -> None:
    real.apply(config_map(cluster, a="theirs"), manager="somebody")

    with pytest.raises(ClusterError, match="patch configmaps/settings in namespace") as e:
        real.apply(config_map(cluster, a="ours"))

    assert (e.value.status, e.value.reason) == (409, "Conflict")
    (cause,) = e.value.causes
    assert (cause.reason, cause.field) == ("FieldManagerConflict", ".data.a")
    assert '"somebody"' in cause.message
    assert real.apply(config_map(cluster, a="ours"), force=True)["data"] == {"a": "ours"}


def test_create_update_and_patches_change_what_they_say(
    cluster: ControlPlane, real: Cluster
) -> None:
    made = real.create(config_map(cluster))
    with pytest.raises(ClusterError) as e:
        real.create(config_map(cluster))
    assert (e.value.status, e.value.reason) == (409, "AlreadyExists")

    updated = real.update({**made, "data": {"a": "c"}})
    with pytest.raises(ClusterError) as e:
        real.update({**made, "data": {"a": "d"}})
    assert e.value.reason == "Conflict"

    key = key_of(made)
    steps = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": resource_version(updated)},
        {"op": "add", "path": "/data/x", "value": "y"},
    ]
    assert real.json_patch(key, steps)["data"] == {"a": "c", "x": "y"}
    with pytest.raises(ClusterError):
        real.json_patch(key, steps)


def resource_version(obj: Mapping[str, Any]) -> str:
    return str(obj["metadata"]["resourceVersion"])


def test_a_status_is_merged_and_the_rest_is_left_alone(
    cluster: ControlPlane, real: Cluster
) -> None:
    workload = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "lab", "namespace": cluster.namespace},
        "spec": {
            "serviceName": "lab",
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "main", "image": "example.org/x"}]},
            },
        },
    }
    before = real.apply({**workload, "spec": {**workload["spec"], "replicas": 0}})  # type: ignore[dict-item]
    condition = {"type": "Seen", "status": "True", "reason": "Test", "message": "yes"}

    patch = {"status": {"replicas": 0, "conditions": [condition]}, "spec": {"replicas": 9}}
    after = real.merge_status(key_of(workload), patch)

    assert after["status"]["conditions"][0]["type"] == "Seen"
    assert after["spec"] == before["spec"]
    managers = {each["manager"] for each in after["metadata"]["managedFields"]}
    assert "octavo-status" in managers


@pytest.mark.parametrize("metadata_only", [False, True])
def test_a_list_comes_in_pages_of_one_version_with_kinds_filled_in(
    cluster: ControlPlane, real: Cluster, metadata_only: bool
) -> None:
    for number in range(MANY):
        real.apply(config_map(cluster, f"map-{number:02}"))

    pages = list(
        real.list(
            CONFIG_MAPS,
            cluster.namespace,
            selector="made=here",
            metadata_only=metadata_only,
            limit=10,
        )
    )

    assert [len(each.items) for each in pages] == [10, 10, 3]
    assert len({each.resource_version for each in pages}) == 1
    items = [item for page in pages for item in page.items]
    assert [each["metadata"]["name"] for each in items] == [f"map-{n:02}" for n in range(MANY)]
    assert {(each["apiVersion"], each["kind"]) for each in items} == {("v1", "ConfigMap")}
    assert all(("data" in each) is not metadata_only for each in items)


@pytest.mark.parametrize("metadata_only", [False, True])
def test_a_list_of_nothing_is_one_empty_page(
    cluster: ControlPlane, real: Cluster, metadata_only: bool
) -> None:
    workloads = GroupKind("apps", "StatefulSet")
    (page,) = real.list(workloads, cluster.namespace, metadata_only=metadata_only)

    assert page.items == []
    assert page.resource_version != ""


def test_a_field_selector_finds_one(cluster: ControlPlane, real: Cluster) -> None:
    for name in ("one", "two"):
        real.apply(config_map(cluster, name))

    selected = "metadata.name=two"
    (page,) = real.list(CONFIG_MAPS, cluster.namespace, field_selector=selected)

    assert [each["metadata"]["name"] for each in page.items] == ["two"]


@pytest.mark.parametrize(
    ("kind", "version", "plural", "api_version"),
    [
        (CONFIG_MAPS, None, "configmaps", "v1"),
        (CONFIG_MAPS, "v1", "configmaps", "v1"),
        (GroupKind("", "Namespace"), None, "namespaces", "v1"),
        (GroupKind("apps", "StatefulSet"), None, "statefulsets", "apps/v1"),
        (GroupKind("networking.k8s.io", "Ingress"), "v1", "ingresses", "networking.k8s.io/v1"),
    ],
)
def test_kinds_are_found_as_they_are_served(
    real: Cluster, kind: GroupKind, version: str | None, plural: str, api_version: str
) -> None:
    found = real.resources.find(kind, version)

    assert found is not None
    assert (found.plural, found.api_version, found.group_kind) == (plural, api_version, kind)
    assert found.namespaced is (kind.kind != "Namespace")


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        (NEVER, None),
        (NEVER, "v1"),
        (GroupKind("", "Widget"), None),
        (GroupKind("apps", "Widget"), None),
        (GroupKind("apps", "StatefulSet"), "v0"),
        (GroupKind("", "ConfigMap"), "v9"),
    ],
)
def test_what_is_not_installed_is_not_there_and_cannot_be_listed(
    cluster: ControlPlane, real: Cluster, kind: GroupKind, version: str | None
) -> None:
    key = Key(kind.group, kind.kind, cluster.namespace, "x")
    assert real.resources.find(kind, version) is None
    assert real.get(key, version) is None

    with pytest.raises(ClusterError, match=f"the cluster has no kind {kind}") as e:
        list(real.list(kind, version=version))
    assert (e.value.status, e.value.reason) == (404, "NotInstalled")


def test_a_kind_that_comes_and_goes_is_noticed(cluster: ControlPlane, real: Cluster) -> None:
    assert real.resources.find(WIDGETS) is None
    cluster.apply(definition(*WIDGETS, versions=["v1", "v1beta1"]))
    try:
        cluster.eventually(lambda: real.resources.find(WIDGETS) is not None)
        found = real.resources.find(WIDGETS)
        assert found is not None
        assert (found.version, found.plural, found.namespaced) == ("v1", "widgets", True)
        assert real.resources.find(WIDGETS, "v1beta1") is not None
    finally:
        cluster.kubectl("delete", "crd", f"widgets.{WIDGETS.group}", "--wait=true")

    cluster.eventually(lambda: _no_longer_listed(real, cluster.namespace))
    assert real.resources.find(WIDGETS) is None


def _no_longer_listed(real: Cluster, namespace: str) -> bool:
    try:
        list(real.list(WIDGETS, namespace))
    except ClusterError as error:
        return error.reason in {"NotServed", "NotInstalled"}
    return False


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda c, ns: list(c.list(GroupKind("", "Secret"), ns)), r"list secrets in namespace {}"),
        (lambda c, _: list(c.list(GroupKind("", "Secret"))), r"list secrets of the whole cluster"),
        (
            lambda c, ns: c.get(Key("apps", "StatefulSet", ns, "lab")),
            r"get statefulsets\.apps in namespace {} \(lab\)",
        ),
        (
            lambda c, ns: c.merge_status(Key("apps", "StatefulSet", ns, "lab"), {}),
            r"patch statefulsets/status\.apps in namespace {} \(lab\)",
        ),
    ],
)
def test_what_may_not_be_done_is_said_with_what_to_grant(
    cluster: ControlPlane, tmp_path: Path, connected: Any, act: Any, said: str
) -> None:
    alice = connected(rewritten(cluster, tmp_path, user={"as": "alice"}), None)

    with pytest.raises(ClusterError, match=rf"alice may not {said.format(cluster.namespace)}") as e:
        act(alice, cluster.namespace)

    assert str(e.value).endswith("; grant it")
    assert (e.value.status, e.value.reason) == (403, "Forbidden")


def test_a_token_nobody_knows_is_refused_in_words(
    cluster: ControlPlane, tmp_path: Path, connected: Any
) -> None:
    stranger = connected(rewritten(cluster, tmp_path, user={"token": "stranger"}), None)

    with pytest.raises(ClusterError, match=r"credentials of context .* were refused") as e:
        stranger.version()

    assert e.value.status == 401


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_without_a_name_nothing_is_asked(cluster: ControlPlane, real: Cluster, name: str) -> None:
    real.apply(config_map(cluster))
    key = Key("", "ConfigMap", cluster.namespace, name)

    for act in (real.get, lambda key: real.delete(key, "uid")):
        with pytest.raises(ClusterError, match="without a name"):
            act(key)

    assert real.get(key_of(config_map(cluster))) is not None


def test_names_cannot_reach_other_paths(cluster: ControlPlane, real: Cluster) -> None:
    real.apply(config_map(cluster))

    assert real.get(Key("", "ConfigMap", f"{cluster.namespace}/configmaps", "settings")) is None
    assert real.get(Key("", "ConfigMap", cluster.namespace, "settings?x=y")) is None
    with pytest.raises(ClusterError, match="lives in a namespace"):
        real.get(Key("", "ConfigMap", "", "settings"))


def test_a_cluster_has_an_identity_and_a_version(cluster: ControlPlane, real: Cluster) -> None:
    expected = cluster.get("namespace", "kube-system")

    assert expected is not None
    assert real.identity() == expected["metadata"]["uid"]
    assert real.version().startswith("v1.")


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"certificate-authority": None}, "the certificate of https://.* is not trusted"),
        ({"tls-server-name": "elsewhere.example"}, "is not trusted: .*elsewhere.example"),
    ],
)
def test_a_server_that_cannot_be_trusted_is_told_nothing(
    cluster: ControlPlane, tmp_path: Path, connected: Any, server: Mapping[str, Any], said: str
) -> None:
    client = connected(rewritten(cluster, tmp_path, **server), None)

    with pytest.raises(ClusterError, match=said) as e:
        client.version()

    assert e.value.status == 0


@pytest.mark.parametrize(
    "server",
    [
        {"tls-server-name": "kubernetes.default.svc"},
        {"certificate-authority": None, "insecure-skip-tls-verify": True},
    ],
)
def test_a_server_may_have_another_name(
    cluster: ControlPlane, tmp_path: Path, connected: Any, server: Mapping[str, Any]
) -> None:
    client = connected(rewritten(cluster, tmp_path, **server), None)

    assert client.version().startswith("v1.")


def test_sixteen_threads_share_it_and_leave_no_threads_behind(
    cluster: ControlPlane, real: Cluster
) -> None:
    with ThreadPoolExecutor(16) as threads:
        maps = [config_map(cluster, f"map-{n}", n=str(n)) for n in range(64)]
        answers = list(threads.map(real.apply, maps))

    assert [each["data"]["n"] for each in answers] == [str(n) for n in range(64)]
    real.close()
    cluster.eventually(lambda: "leash" not in {each.name for each in threading.enumerate()})
