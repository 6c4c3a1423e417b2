"""What others made becomes ours whole: what we do not render goes, and nothing is stuck."""

from __future__ import annotations

import json
from typing import Any

import pytest
from controlplane.cluster import Cluster

from sync.adoption import LAST_APPLIED, takeover
from sync.fields import compare
from sync.fields.tree import applied

OLD = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "churn", "labels": {"old": "1", "app": "a"}, "annotations": {"old": "1"}},
    "spec": {
        "selector": {"app": "a"},
        "sessionAffinity": "ClientIP",
        "ports": [
            {"name": "http", "port": 80, "protocol": "TCP"},
            {"name": "old", "port": 81, "protocol": "TCP"},
        ],
    },
}
DESIRED = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "churn", "labels": {"app": "a"}},
    "spec": {"selector": {"app": "b"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]},
}


class Server:
    """The API server, through kubectl alone."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.path = f"/api/v1/namespaces/{cluster.namespace}/services/churn"

    def live(self) -> Any:
        return json.loads(self.cluster.kubectl("get", "--raw", self.path))

    def adopt(self) -> Any:
        """Take over and apply, until there is nothing left to take."""
        while steps := takeover(self.live()):
            patch = f"--patch={json.dumps(steps)}"
            manager = "--field-manager=octavo"
            self.cluster.kubectl("patch", "service/churn", "--type=json", patch, manager)
            self.cluster.apply(json.dumps(DESIRED), "--force-conflicts")
        return self.live()


def client_side(cluster: Cluster) -> None:
    cluster.kubectl("apply", "--filename=-", stdin=json.dumps(OLD))


def created(cluster: Cluster) -> None:
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(OLD))


def by_helm(cluster: Cluster) -> None:
    cluster.kubectl("create", "--filename=-", "--field-manager=helm", stdin=json.dumps(OLD))


def server_side(cluster: Cluster) -> None:
    cluster.apply(json.dumps(OLD), manager="kubectl")


def client_side_under_a_name(cluster: Cluster) -> None:
    cluster.kubectl("apply", "--filename=-", "--field-manager=ci", stdin=json.dumps(OLD))


def client_side_then_server_side(cluster: Cluster) -> None:
    client_side(cluster)
    cluster.apply(json.dumps(OLD), "--force-conflicts", manager="kubectl")


def ours_on_top(cluster: Cluster) -> None:
    client_side(cluster)
    cluster.apply(json.dumps(DESIRED), "--force-conflicts")


MAKERS = [
    client_side,
    created,
    by_helm,
    server_side,
    client_side_under_a_name,
    client_side_then_server_side,
    ours_on_top,
]


@pytest.mark.parametrize("make", MAKERS)
def test_what_we_do_not_render_goes_and_what_others_set_stays(cluster: Cluster, make: Any) -> None:
    make(cluster)
    server = Server(cluster)
    cluster.kubectl("label", "service/churn", "mine=kept", "--field-manager=kubectl-label")
    cluster.kubectl("annotate", "service/churn", "note=kept", "--field-manager=kubectl-annotate")
    address = server.live()["spec"]["clusterIP"]
    live = server.adopt()
    assert live["metadata"]["labels"] == {"app": "a", "mine": "kept"}
    assert live["metadata"]["annotations"] == {"note": "kept"}
    assert live["spec"]["sessionAffinity"] == "None"
    assert live["spec"]["clusterIP"] == address
    assert [each["name"] for each in live["spec"]["ports"]] == ["http"]
    assert compare({**DESIRED}, live).same
    assert {"kubectl-label", "kubectl-annotate"} <= managers(live)
    assert not managers(live) & {"helm", "kubectl", "ci"}


def test_a_patch_of_what_has_changed_meanwhile_is_refused(cluster: Cluster) -> None:
    client_side(cluster)
    server = Server(cluster)
    steps = takeover(server.live())
    cluster.kubectl("label", "service/churn", "mine=kept")
    before = server.live()
    with pytest.raises(Exception, match="test"):
        cluster.kubectl("patch", "service/churn", "--type=json", f"--patch={json.dumps(steps)}")
    assert server.live() == before


def test_what_controllers_wrote_stays_theirs() -> None:
    status = entry("kube-controller-manager", {"f:status": {"f:phase": {}}})
    scaled = {**entry("kubectl-create", {"f:spec": {"f:replicas": {}}}), "subresource": "scale"}
    fields = {
        "f:metadata": {"f:finalizers": {'v:"a"': {}}, "f:labels": {".": {}, "f:a": {}}},
        "f:spec": {"f:volumeName": {}, "f:accessModes": {}},
        "f:status": {"f:phase": {}},
    }
    live = claim([status, entry("kubectl-create", fields), scaled])
    (test, replace) = takeover(live) or []
    assert test == {"op": "test", "path": "/metadata/resourceVersion", "value": "7"}
    ours, *others = replace["value"]
    assert ours["fieldsV1"] == {
        "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
        "f:spec": {"f:accessModes": {}},
    }
    assert (ours["manager"], ours["operation"]) == ("octavo", "Apply")
    assert status in others
    assert scaled in others
    rest = next(
        each for each in others if each["fieldsV1"].get("f:spec", {}).get("f:volumeName") == {}
    )
    assert rest["fieldsV1"] == {
        "f:metadata": {"f:finalizers": {'v:"a"': {}}},
        "f:spec": {"f:volumeName": {}},
        "f:status": {"f:phase": {}},
    }
    assert takeover(claim(replace["value"])) is None


def test_what_is_owned_whole_and_in_parts_is_owned_both_ways() -> None:
    one = entry("kubectl-create", {"f:data": {}, "f:a": {"f:b": {}}})
    other = entry("before-first-apply", {"f:data": {"f:x": {}}, "f:a": {"f:c": {}}})
    (_, replace) = takeover(claim([one, other])) or []
    assert replace["value"][0]["fieldsV1"] == {
        "f:data": {".": {}, "f:x": {}},
        "f:a": {"f:b": {}, "f:c": {}},
    }


@pytest.mark.parametrize(
    "found", [[], [("kubectl-label", {"f:metadata": {}})], [("argocd", {"f:spec": {}})]]
)
def test_there_is_nothing_to_take_from_those_who_set_single_fields(found: list[Any]) -> None:
    assert takeover(claim([entry(*each) for each in found])) is None


def test_what_was_there_before_the_first_apply_is_taken_after_it(cluster: Cluster) -> None:
    created(cluster)
    server = Server(cluster)
    forget = '{"metadata": {"managedFields": [{}]}}'
    cluster.kubectl("patch", "service/churn", "--type=merge", f"--patch={forget}")
    assert takeover(server.live()) is None
    cluster.apply(json.dumps(DESIRED), "--force-conflicts")
    live = server.adopt()
    assert live["metadata"]["labels"] == {"app": "a"}
    assert [each["name"] for each in live["spec"]["ports"]] == ["http"]
    ours = applied(live)
    assert ours
    assert ours["fieldsV1"]


def test_the_annotation_of_client_side_apply_goes_with_nobody_to_own_it() -> None:
    live = claim([])
    live["metadata"]["annotations"] = {LAST_APPLIED: "{}"}
    (_, remove) = takeover(live) or []
    assert remove["op"] == "remove"
    assert remove["path"].endswith("/kubectl.kubernetes.io~1last-applied-configuration")


def entry(manager: str, fields: Any) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def claim(found: list[Any]) -> dict[str, Any]:
    meta = {"name": "home", "resourceVersion": "7", "managedFields": found}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta}


def managers(live: Any) -> set[str]:
    return {each["manager"] for each in live["metadata"]["managedFields"]}
