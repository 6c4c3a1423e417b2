"""What drifts is mended within seconds, and nothing else is looked at."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from controlplane.cluster import Cluster
from controlplane.faults import faults, forbid

from tests.sync.agent.world import (
    NEVER,
    RIGHTS,
    Object,
    World,
    config,
    eventually,
    revision,
)

QUICK = 8.0


@pytest.fixture
def account(world: World) -> Path:
    """The kubeconfig of a user who is this test's alone, so that the audit log tells."""
    return world.cluster.as_service_account("agent", RIGHTS)


@pytest.fixture
def catalog(control_plane: Cluster, cluster: Cluster) -> Iterator[str]:
    """A namespace with a Secret to copy."""
    name = f"{cluster.namespace}-catalog"
    control_plane.kubectl("create", "namespace", name)
    control_plane.kubectl(
        "create", "secret", "generic", "pull", "--from-literal=token=first", f"--namespace={name}"
    )
    yield name
    control_plane.kubectl("delete", "namespace", name, "--wait=false")


def user(world: World) -> str:
    return f"system:serviceaccount:{world.namespace}:agent"


def needing(world: World, catalog: str) -> Object:
    need = {"apiVersion": "v1", "kind": "Secret", "name": "pull", "namespace": catalog}
    return revision("one", world.namespace, [need])


def test_a_drift_is_mended_and_only_its_bundle_is_read(world: World, account: Path) -> None:
    world.tree.put("two")
    with world.ready_agent(*NEVER, kubeconfig=account):
        eventually(lambda: world.status("one") and world.status("two"))
        time.sleep(3)
        with world.cluster.recording(user=user(world)) as recording:
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            assert eventually(lambda: world.value() == "1") < QUICK
            time.sleep(2)
        asked = [each for each in recording.requests() if each.verb != "watch"]
    written, told = (each for each in asked if each.is_write)
    assert "/configmaps/one.settings" in written.uri
    assert "/events" in told.uri
    read = [each for each in asked if not each.is_write]
    there = [each.uri for each in read if f"/namespaces/{world.namespace}/" in each.uri]
    assert there
    assert all("/one" in each for each in there), there
    assert len(asked) < 20


def test_a_user_s_own_field_is_no_drift(world: World, account: Path) -> None:
    with world.ready_agent(*NEVER, kubeconfig=account):
        time.sleep(3)
        with world.cluster.recording(user=user(world)) as recording:
            world.patch("configmap", "one.settings", {"data": {"theirs": "x"}})
            time.sleep(3)
        assert [each for each in recording.requests() if each.verb != "watch"] == []


def test_an_idle_agent_only_watches(world: World, account: Path) -> None:
    world.tree.put("two")
    with world.ready_agent(*NEVER, kubeconfig=account):
        eventually(lambda: world.status("one") and world.status("two"))
        time.sleep(3)
        with world.cluster.recording(user=user(world)) as recording:
            time.sleep(6)
        assert [each for each in recording.requests() if each.verb != "watch"] == []


def test_a_deleted_notebook_comes_back_with_all_that_it_had(world: World) -> None:
    with world.ready_agent(*NEVER):
        was = world.get("notebook", "one")
        assert was
        world.cluster.kubectl("delete", "notebook", "one", "--wait=false")

        def is_back() -> bool:
            found, settings = world.get("notebook", "one"), world.get("configmap", "one.settings")
            if not found or not settings or found["metadata"]["uid"] == was["metadata"]["uid"]:
                return False
            owners = settings["metadata"].get("ownerReferences") or [{}]
            return bool(owners[0].get("uid") == found["metadata"]["uid"])

        assert eventually(is_back) < 20
        time.sleep(3)
        assert is_back()


def test_everything_is_compared_at_times(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda _, path: "watch=1" in path and "configmaps" in path, forbid)
        with world.ready_agent("--resync", "3s", kubeconfig=proxy.kubeconfig) as agent:
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            eventually(lambda: world.value() == "1")
            assert agent.said("cannot be watched") == 1
            world.cluster.kubectl("delete", "notebook", "one", "--wait=false")
            eventually(lambda: world.get("notebook", "one") and world.value() == "1")


def test_a_kind_that_may_not_be_listed_is_said_and_the_rest_goes_on(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, path: method == "GET" and "/services?" in path, forbid)
        with world.ready_agent(*NEVER, kubeconfig=proxy.kubeconfig) as agent:
            world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
            assert eventually(lambda: world.value() == "1") < QUICK
            assert agent.said("Service cannot be listed")


def test_a_copy_follows_its_source_and_comes_back(world: World, catalog: str) -> None:
    def token() -> str | None:
        found = world.get("secret", "pull")
        return found["data"]["token"] if found else None

    first, second = (b64encode(each).decode() for each in (b"first", b"second"))
    world.tree.put("one", needing(world, catalog))
    with world.ready_agent(*NEVER) as agent:
        assert token() == first
        world.cluster.kubectl("delete", "secret", "pull")
        assert eventually(lambda: token() == first) < QUICK
        world.patch("secret", "pull", {"data": {"token": second}}, f"--namespace={catalog}")
        assert eventually(lambda: token() == second) < QUICK
        world.cluster.kubectl("delete", "secret", "pull", f"--namespace={catalog}")
        eventually(lambda: world.condition("DependenciesReady").get("status") == "False")
        assert token() == second
        words = ("create", "secret", "generic", "pull", "--from-literal=token=first")
        world.cluster.kubectl(*words, f"--namespace={catalog}")
        eventually(lambda: token() == first)
        eventually(lambda: world.condition("DependenciesReady").get("status") == "True")
        log = agent.log.read_text()
    assert "first" not in log
    assert second not in log


def test_a_new_dependency_is_followed_from_its_first_moment(world: World, catalog: str) -> None:
    with world.ready_agent(*NEVER):
        world.tree.put("one", needing(world, catalog))
        eventually(lambda: world.get("secret", "pull"))
        second = b64encode(b"second").decode()
        world.patch("secret", "pull", {"data": {"token": second}}, f"--namespace={catalog}")

        def token() -> str:
            found = world.get("secret", "pull")
            return str(found["data"]["token"]) if found else ""

        assert eventually(lambda: token() == second) < QUICK


def test_a_notebook_that_somebody_suspends_is_left_alone_until_that_goes(world: World) -> None:
    world.tree.put("two")
    with world.ready_agent(*NEVER) as agent:
        world.cluster.kubectl("annotate", "notebook", "one", "jackhoman.dev/suspend=true")
        time.sleep(1)
        for name in ("one", "two"):
            world.patch("configmap", f"{name}.settings", {"data": {"a": "drifted"}})
        eventually(lambda: world.value("two") == "1")
        world.tree.put("one", config("one.extra", world.namespace, {}))
        time.sleep(3)
        assert world.value("one") == "drifted"
        assert world.get("configmap", "one.extra") is None
        assert agent.metric("octavo_drifts_total") == 1
        world.cluster.kubectl("annotate", "notebook", "one", "jackhoman.dev/suspend-")
        assert eventually(lambda: world.value("one") == "1") < QUICK
        assert world.get("configmap", "one.extra") is not None


def test_a_notebook_that_git_suspends_is_left_alone_until_git_takes_that_back(
    world: World,
) -> None:
    with world.ready_agent(*NEVER):
        world.tree.put("one", config("one.extra", world.namespace, {}), suspend="true")
        world.tree.put("new", suspend="true")
        time.sleep(3)
        world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
        time.sleep(3)
        assert world.value("one") == "drifted"
        assert world.get("configmap", "one.extra") is None
        assert world.get("notebook", "new") is None
        world.tree.put("one")
        world.tree.put("new")
        assert eventually(lambda: world.value("one") == "1") < QUICK
        eventually(lambda: world.value("new") == "1")
