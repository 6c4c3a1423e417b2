"""What is said on the Notebook: its status, and Events."""

from __future__ import annotations

import json
import time

import pytest

from tests.sync.agent.world import (
    NEVER,
    RIGHTS,
    World,
    config,
    eventually,
    notebook,
    statefulset,
)


def patch_pod(world: World, patch: object, subresource: str = "") -> None:
    """What the kubelet would do, as kubectl of any age can do it."""
    path = f"/api/v1/namespaces/{world.namespace}/pods/one-0{subresource}"
    pod = world.get("pod", "one-0")
    assert pod
    assert isinstance(patch, dict)
    text = json.dumps({**pod, **patch})
    world.cluster.kubectl("replace", f"--raw={path}", "--filename=-", stdin=text)


def run_pod(world: World) -> None:
    ready = {"type": "Ready", "status": "True"}
    patch_pod(world, {"status": {"phase": "Running", "conditions": [ready]}}, "/status")


def test_a_notebook_that_starts_runs_waits_for_an_update_and_stops(world: World) -> None:
    world.tree.put("one", statefulset("one", world.namespace, "a:1"))
    with world.ready_agent(*NEVER):
        eventually(lambda: world.condition("Ready").get("reason") == "NotStarted")
        assert world.status()["url"] == "https://x.example/one/"
        assert world.status()["revision"] == "one"
        assert world.condition("Synced")["status"] == "True"
        assert world.condition("DependenciesReady")["status"] == "True"
        eventually(lambda: world.get("pod", "one-0"))
        activity = {"status": {"lastActivity": "2020-01-01T00:00:00Z"}}
        path = f"/apis/jackhoman.dev/v1beta1/namespaces/{world.namespace}/notebooks/one/status"
        live = {**(world.get("notebook", "one") or {})}
        live["status"] = {**live["status"], **activity["status"]}
        world.cluster.kubectl("replace", f"--raw={path}", "-f-", stdin=json.dumps(live))
        run_pod(world)
        eventually(lambda: world.condition("Ready").get("status") == "True")
        assert world.status()["ready"] is True
        assert not world.status().get("updatePending")
        world.tree.put("one", statefulset("one", world.namespace, "a:2"))
        eventually(lambda: world.status().get("updatePending") is True)
        assert world.status()["lastActivity"] == "2020-01-01T00:00:00Z"
        world.patch("notebook", "one", {"spec": {"stopped": True}})
        eventually(lambda: world.status().get("stopped") is True)
        eventually(lambda: world.condition("Ready").get("reason") == "Stopped")


def test_what_is_wrong_is_in_the_status_and_goes_with_it(world: World) -> None:
    theirs = config("one.extra", world.namespace, {"a": "theirs"})
    world.cluster.apply(json.dumps(theirs), manager="somebody")
    world.tree.put("one", config("one.extra", world.namespace, {}))
    with world.ready_agent(*NEVER):
        eventually(lambda: world.condition("Synced").get("status") == "False")
        assert "one.extra" in world.status()["lastError"]
        (event,) = world.events("SyncFailed")
        assert event["type"] == "Warning"
        assert event["message"].startswith(f"ConfigMap {world.namespace}/one.extra: exists")
        assert event["involvedObject"]["kind"] == "Notebook"
        assert event["involvedObject"]["uid"] == world.get("notebook", "one")["metadata"]["uid"]  # type: ignore[index]
        time.sleep(5)
        assert len(world.events("SyncFailed")) == 1
        world.cluster.kubectl("delete", "configmap", "one.extra")
        eventually(lambda: world.condition("Synced").get("status") == "True")
        assert "lastError" not in world.status()


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_notebook_of_somebody_else_keeps_its_status(world: World, *, is_broken: bool) -> None:
    world.cluster.apply(json.dumps(notebook("one", world.namespace)), manager="somebody")
    world.tree.put("one")
    if is_broken:
        (world.tree.home("one") / "kustomization.yaml").write_text("{")
    world.tree.put("two")
    with world.ready_agent(*NEVER) as running:
        eventually(lambda: world.condition("Ready", "two"))
        time.sleep(2)
        assert running.metric("octavo_bundles_in_trouble") == 1
        assert world.status("one") == {}


def test_a_status_is_written_when_it_changes_and_of_all_after_the_start(world: World) -> None:
    names = [f"many-{each}" for each in range(30)]
    for name in names:
        world.tree.put(name)
    account = world.cluster.as_service_account("agent", RIGHTS)
    user = f"system:serviceaccount:{world.namespace}:agent"
    with (
        world.cluster.recording(user=user) as recording,
        world.ready_agent(*NEVER, kubeconfig=account),
    ):
        eventually(lambda: all(world.status(name) for name in names))
        time.sleep(3)
        requests = recording.requests()
    written = [each for each in requests if each.is_write and "/status" in each.uri]
    assert len(written) == len(names) + 1
    looks = [each for each in requests if each.verb == "get" and "/notebooks/" in each.uri]
    assert len(looks) <= 1
    listed = [each for each in requests if each.verb == "list" and "/notebooks?" in each.uri]
    assert len([each for each in listed if "labelSelector" not in each.uri]) <= 8
    with (
        world.cluster.recording(user=user) as again,
        world.ready_agent(*NEVER, kubeconfig=account, name="again"),
    ):
        time.sleep(4)
        assert again.writes() == []


def test_what_was_mended_is_told_once_an_hour(world: World) -> None:
    with world.ready_agent(*NEVER):
        for _ in range(3):
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            eventually(lambda: world.value() == "1")
        eventually(lambda: world.events("DriftRepaired"))
        time.sleep(2)
        (event,) = world.events("DriftRepaired")
        assert event["type"] == "Normal"
        assert ".data.a" in event["message"]
