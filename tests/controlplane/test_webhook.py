"""The API server asks the webhook of a test about the test's own namespace, and about no other."""

from __future__ import annotations

import json
import uuid

import pytest
from controlplane.cluster import Cluster, KubectlError
from controlplane.webhook import Denied, Patch, Review, Rules, webhook

CONFIG_MAPS = Rules(("configmaps",))
MARK = ({"op": "add", "path": "/data", "value": {"marked": "yes"}},)


def config_map(name: str) -> str:
    metadata = {"name": name}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


def mark(_: Review) -> Patch:
    return MARK


def data(cluster: Cluster, name: str) -> object:
    found = cluster.get("configmap", name)
    return found and found.get("data")


def test_what_is_created_inside_is_patched_and_what_comes_after_is_not(cluster: Cluster) -> None:
    with webhook(cluster, CONFIG_MAPS, mark) as hook:
        cluster.apply(config_map("inside"))
    cluster.apply(config_map("after"))

    assert data(cluster, "inside") == {"marked": "yes"}
    assert data(cluster, "after") is None
    assert [each["name"] for each in hook.asked] == ["inside"]
    assert hook.asked[0]["userInfo"]["username"] == "admin"


def test_other_namespaces_and_other_kinds_are_let_alone(
    cluster: Cluster, control_plane: Cluster
) -> None:
    elsewhere = f"probe-{uuid.uuid4().hex[:8]}"
    with webhook(cluster, CONFIG_MAPS, mark) as hook:
        control_plane.apply(config_map(elsewhere))
        cluster.kubectl("create", "serviceaccount", "somebody")
    control_plane.kubectl("delete", "configmap", elsewhere)

    assert elsewhere not in {each["name"] for each in hook.asked}
    assert {each["resource"]["resource"] for each in hook.asked} <= {"configmaps"}


@pytest.mark.parametrize("validating", [False, True])
def test_a_denial_is_told_in_its_words(cluster: Cluster, *, validating: bool) -> None:
    rules = Rules(("configmaps",), validating=validating)

    def deny(review: Review) -> Denied:
        return Denied(f"no {review['name']} on a Friday")

    with (
        webhook(cluster, rules, deny),
        pytest.raises(KubectlError, match="no cake on a Friday"),
    ):
        cluster.apply(config_map("cake"))
    assert cluster.get("configmap", "cake") is None


def test_a_dry_run_asks_the_webhook_too(cluster: Cluster) -> None:
    with webhook(cluster, CONFIG_MAPS, mark) as hook:
        cluster.apply(config_map("a"), "--dry-run=server")
    assert hook.asked[0]["dryRun"] is True


def broken(_: Review) -> Patch:
    raise ValueError("out of order")


def test_where_the_webhook_breaks_nothing_is_written(cluster: Cluster) -> None:
    with (
        webhook(cluster, CONFIG_MAPS, broken),
        pytest.raises(KubectlError, match="out of order"),
    ):
        cluster.apply(config_map("a"))


def test_a_broken_webhook_may_be_ignored(cluster: Cluster) -> None:
    with webhook(cluster, Rules(("configmaps",), failure_policy="Ignore"), broken):
        cluster.apply(config_map("a"))
    assert cluster.get("configmap", "a") is not None


def test_two_webhooks_may_stand_in_one_namespace(cluster: Cluster) -> None:
    also = [{"op": "add", "path": "/metadata/labels", "value": {"also": "this"}}]
    with (
        webhook(cluster, CONFIG_MAPS, mark),
        webhook(cluster, CONFIG_MAPS, lambda _: also),
    ):
        cluster.apply(config_map("a"))

    found = cluster.get("configmap", "a")
    assert found is not None
    assert found["metadata"]["labels"] == {"also": "this"}
    assert found["data"] == {"marked": "yes"}


def test_no_configuration_is_left_behind(cluster: Cluster) -> None:
    with pytest.raises(RuntimeError, match="the test fails"), webhook(cluster, CONFIG_MAPS, mark):
        raise RuntimeError("the test fails")
    left = cluster.kubectl("get", "mutatingwebhookconfigurations", "--output=name")
    assert cluster.namespace not in left
