"""`octavo sync --watch --companion`: what others do is seen within seconds, and left to them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sync.agent.world import NEVER, Running, Tree, World, eventually
from tests.sync.companion.beside import Beside, written

URL = "jackhoman.dev/url"
SOON = 5.0
LONG = 19.5  # by then whoever waits looks only every 16 seconds or so


class Watching:
    """The agent that stays, as the account of the chart."""

    def __init__(self, beside: Beside, folder: Path) -> None:
        tree = Tree(beside.house.source, beside.house.namespace)
        self._beside = beside
        self._world = World(beside.cluster, tree, folder)

    @contextmanager
    def agent(self) -> Iterator[Running]:
        flags = (*self._beside.installed.flags, *NEVER)
        account = self._beside.installed.kubeconfig
        with self._world.ready_agent(*flags, kubeconfig=account) as running:
            yield running
            assert not running.said("cannot be watched")


@pytest.fixture
def watching(beside: Beside, tmp_path: Path) -> Watching:
    return Watching(beside, tmp_path)


def make_ready(beside: Beside, name: str) -> None:
    """What the kubelet would do."""
    path = f"/api/v1/namespaces/{beside.house.namespace}/pods/{name}/status"
    conditions = [{"type": "Ready", "status": "True"}]
    status = {"phase": "Running", "conditions": conditions}
    text = json.dumps({**beside.house.get(f"pod/{name}"), "status": status})
    beside.cluster.kubectl("replace", f"--raw={path}", "--filename=-", stdin=text)


def test_a_pod_that_becomes_ready_is_in_the_status_and_drift_is_left(
    beside: Beside, watching: Watching
) -> None:
    beside.put("churn")
    beside.apply("churn")
    with beside.recording() as recording, watching.agent() as running:
        eventually(lambda: beside.condition("Ready")[1] == "Stopped")
        beside.cluster.kubectl("scale", "statefulset", "churn", "--replicas=1")
        eventually(lambda: beside.condition("Ready")[1] == "NotStarted")
        eventually(lambda: beside.house.get("pod/churn-0"))
        make_ready(beside, "churn-0")
        assert eventually(lambda: beside.condition("Ready")[0] == "True") < SOON
        beside.cluster.kubectl("annotate", "notebook", "churn", f"{URL}=https://x.example/")
        found = eventually(lambda: beside.house.get("notebook/churn")["status"].get("url"))
        assert found < SOON
        beside.cluster.kubectl("delete", "service", "churn")
        time.sleep(2)
        assert running.metric("octavo_drift") == 0
        assert beside.condition("Synced")[1] == "AppliedByOthers"
    assert beside.house.has("service/churn") == [False]
    assert beside.house.get("statefulset/churn")["spec"]["replicas"] == 1
    status = beside.house.get("notebook/churn")["status"]
    assert status["ready"] is True
    assert status["readyReplicas"] in {0, 1}
    assert written(recording) == {
        "create events",
        "patch notebooks/churn/status",
        "patch secrets/database",
    }


def test_a_workload_without_a_pod_is_in_the_status(beside: Beside, watching: Watching) -> None:
    beside.house.put("sales")
    beside.apply("sales")
    beside.cluster.kubectl("delete", "serviceaccount", "sales")
    with watching.agent():
        eventually(lambda: beside.condition("Ready", "sales")[1] == "Stopped")
        beside.cluster.kubectl("scale", "statefulset", "sales", "--replicas=1")
        assert eventually(lambda: beside.condition("Ready", "sales")[1] == "NotStarted") < SOON


def test_a_copy_is_kept_what_its_source_is(beside: Beside, watching: Watching) -> None:
    beside.put("churn")
    beside.apply("churn")
    with watching.agent():
        before = beside.copy()
        assert before["data"]
        beside.cluster.kubectl("delete", "secret", "database")
        assert eventually(beside.copy) < SOON
        patch = '{"data":{"password":"eA=="}}'
        beside.cluster.kubectl("patch", "secret", "database", f"--patch={patch}")
        eventually(lambda: beside.copy()["data"] == before["data"])
        beside.secret("two")
        eventually(lambda: beside.copy()["data"] != before["data"])


def test_what_comes_late_gets_its_copies_at_once(beside: Beside, watching: Watching) -> None:
    beside.secret("one", "second")
    beside.put("churn", "sales")
    beside.apply("sales")
    beside.put("sales", revision="bbbbbbbbbb", needing="second")
    with watching.agent() as running:
        eventually(lambda: running.metric("octavo_bundles_in_trouble") == 2)
        eventually(lambda: beside.condition("DependenciesReady", "sales")[0] == "False")
        time.sleep(LONG)
        beside.apply("churn", "sales")
        assert eventually(lambda: beside.copy() and beside.copy("second")) < SOON
        eventually(lambda: beside.condition("DependenciesReady")[0] == "True")
        eventually(lambda: beside.condition("DependenciesReady", "sales")[0] == "True")
        eventually(lambda: running.metric("octavo_bundles_in_trouble") == 0)


def test_a_notebook_that_goes_takes_its_copy_and_no_other(
    beside: Beside, watching: Watching
) -> None:
    beside.secret("one", "second")
    beside.put("churn")
    beside.put("sales", needing="second")
    beside.apply("churn", "sales")
    with watching.agent() as running:
        beside.remove("churn")
        beside.house.gone("secret/database", "notebook/churn")
        eventually(lambda: running.metric("octavo_bundles_in_trouble") == 0)
        time.sleep(2)
    assert beside.house.has("secret/database", "secret/second") == [False, True]
