"""What runs with a notebook follows it within seconds, and nothing else is done about it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.sync.agent.world import NEVER, RIGHTS, World, config, eventually, statefulset
from tests.sync.company.shop import STOP, with_notebook

QUICK = 10.0
DRIFTS = "octavo_drifts_total"


@pytest.fixture
def world(world: World) -> World:
    """With a notebook that has company."""
    put(world)
    return world


def put(world: World, value: str = "1") -> None:
    spark = config("one.spark", world.namespace, {"a": value})
    world.tree.put("one", with_notebook(spark), statefulset("one", world.namespace, "base:1"))


def spark(world: World) -> bool:
    found = world.get("configmap", "one.spark")
    return found is not None and "deletionTimestamp" not in found["metadata"]


def scale(world: World, replicas: int) -> None:
    world.cluster.kubectl("scale", "statefulset/one", f"--replicas={replicas}")


def scaled(world: World, stopped: bool) -> None:
    scale(world, 0 if stopped else 1)


def patched(world: World, stopped: bool) -> None:
    world.patch("notebook", "one", STOP if stopped else {"spec": {"stopped": None}})


@pytest.mark.parametrize("turn", [scaled, patched])
def test_it_goes_and_comes_with_the_notebook_at_once(
    world: World, turn: Callable[[World, bool], None]
) -> None:
    with world.ready_agent(*NEVER) as agent:
        assert spark(world)
        turn(world, True)  # noqa: FBT003
        assert eventually(lambda: not spark(world)) < QUICK
        turn(world, False)  # noqa: FBT003
        assert eventually(lambda: spark(world)) < QUICK
        eventually(lambda: any("spark" in each["message"] for each in world.events("Removed")))
        assert agent.metric(f'{DRIFTS}{{kind="ConfigMap"') == 0
        log = agent.log.read_text()
    assert "was not understood" not in log
    (said,) = [each["message"] for each in world.events("Removed")]
    assert said == f"ConfigMap {world.namespace}/one.spark: its notebook is stopped"


def test_beside_a_stopped_notebook_the_agent_only_watches(world: World) -> None:
    account = world.cluster.as_service_account("agent", RIGHTS)
    with world.ready_agent(*NEVER, kubeconfig=account) as agent:
        watches = agent.metric("octavo_watches")
        scale(world, 0)
        eventually(lambda: not spark(world))
        eventually(lambda: world.status().get("stopped"))
        time.sleep(4)
        user = f"system:serviceaccount:{world.namespace}:agent"
        with world.cluster.recording(user=user) as recording:
            world.patch("statefulset", "one", {"metadata": {"annotations": {"theirs": "x"}}})
            time.sleep(5)
        asked = [each for each in recording.requests() if each.verb != "watch"]
        assert [each for each in asked if each.is_write] == []
        assert not any("spark" in each.uri for each in asked)
        assert agent.metric(DRIFTS) == 0
        assert agent.metric("octavo_watches") == watches
        assert (world.condition("Ready")["reason"], world.condition("Synced")["status"]) == (
            "Stopped",
            "True",
        )


def test_its_drift_is_mended_while_the_notebook_runs(world: World) -> None:
    def value() -> str:
        found = world.get("configmap", "one.spark")
        return found["data"]["a"] if found else ""

    with world.ready_agent(*NEVER) as agent:
        world.patch("configmap", "one.spark", {"data": {"a": "drifted"}})
        assert eventually(lambda: value() == "1") < QUICK
        world.cluster.kubectl("delete", "configmap", "one.spark")
        assert eventually(lambda: spark(world)) < QUICK
        assert agent.metric(DRIFTS) == 2


def test_what_somebody_puts_back_under_our_mark_goes_again(world: World) -> None:
    """A backup that is restored, say: it holds who applied it, too."""
    with world.ready_agent(*NEVER):
        scale(world, 0)
        eventually(lambda: not spark(world))
        scale(world, 1)
        eventually(lambda: spark(world))
        words = ("annotate", "configmap", "one.spark")
        world.cluster.kubectl(*words, "jackhoman.dev/keep=true")
        scale(world, 0)
        time.sleep(4)
        assert spark(world)
        world.cluster.kubectl(*words, "jackhoman.dev/keep-")
        assert eventually(lambda: not spark(world)) < QUICK


def test_git_changes_it_while_the_notebook_is_stopped_and_nothing_comes(world: World) -> None:
    with world.ready_agent(*NEVER) as agent:
        scale(world, 0)
        eventually(lambda: not spark(world))
        put(world, "2")
        eventually(lambda: agent.said("the source changed") > 1)
        time.sleep(3)
        assert not spark(world)
        scale(world, 1)
        assert eventually(lambda: spark(world)) < QUICK


def test_an_agent_that_begins_anew_finds_it_as_it_is(world: World) -> None:
    with world.ready_agent(*NEVER):
        scale(world, 0)
        eventually(lambda: not spark(world))
    scale(world, 1)
    with world.ready_agent(*NEVER, name="second"):
        assert spark(world)
    scale(world, 0)
    with world.ready_agent(*NEVER, name="third"):
        assert not spark(world)
