"""Somebody who never stops changing things is answered ever more slowly; others do not notice."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.cluster import connect
from sync.errors import ClusterError
from sync.objects import Key
from tests.sync.agent.world import NEVER, RIGHTS, World, eventually, statefulset

MOMENTS = 15.0


@contextmanager
def again_and_again(change: Callable[[int], object]) -> Iterator[list[int]]:
    """Change something in a thread as fast as the server takes it."""
    stop, done = threading.Event(), [0]

    def run() -> None:
        while not stop.is_set():
            done[0] += 1
            change(done[0])
            stop.wait(0.01)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def test_a_fight_over_a_field_is_a_few_writes_and_others_stay_quick(world: World) -> None:
    world.tree.put("two")
    hostile = connect(str(world.cluster.kubeconfig))
    target = Key("", "ConfigMap", world.namespace, "one.settings")

    def change(turn: int) -> None:
        path = {"op": "replace", "path": "/data/a", "value": f"theirs {turn}"}
        hostile.json_patch(target, [path])

    account = world.cluster.as_service_account("agent", RIGHTS)
    user = f"system:serviceaccount:{world.namespace}:agent"
    with world.ready_agent(*NEVER, kubeconfig=account):
        with again_and_again(change) as done, world.cluster.recording(user=user) as recording:
            time.sleep(MOMENTS / 2)
            world.patch("configmap", "two.settings", {"data": {"a": "drifted"}})
            assert eventually(lambda: world.value("two") == "1") < 6
            time.sleep(MOMENTS / 2)
        writes = [each for each in recording.writes() if "one.settings" in each.uri]
        assert done[0] > 200
        assert 1 <= len(writes) <= 8
        eventually(lambda: world.value("one") == "1")
        told = [each for each in world.events() if each["involvedObject"]["name"] == "one"]
        assert len(told) <= 3
    hostile.close()


def test_stopped_flipped_a_thousand_times_is_a_few_writes(world: World) -> None:
    world.tree.put("one", statefulset("one", world.namespace, "a:1"))
    owner = connect(str(world.cluster.kubeconfig))
    target = Key("jackhoman.dev", "Notebook", world.namespace, "one")

    def change(turn: int) -> None:
        step = {"op": "add", "path": "/spec/stopped", "value": bool(turn % 2)}
        with contextlib.suppress(ClusterError):
            owner.json_patch(target, [step])

    def replicas() -> int:
        found = world.get("statefulset", "one")
        return int(found["spec"]["replicas"]) if found else -1

    account = world.cluster.as_service_account("agent", RIGHTS)
    user = f"system:serviceaccount:{world.namespace}:agent"
    with world.ready_agent(*NEVER, kubeconfig=account):
        assert replicas() == 1
        with again_and_again(change) as done, world.cluster.recording(user=user) as recording:
            eventually(lambda: done[0] >= 1000, 120)
        writes = [each for each in recording.writes() if "statefulsets" in each.uri]
        assert len(writes) <= 10
        change(1)
        eventually(lambda: replicas() == 0, 90)
        change(2)
        eventually(lambda: replicas() == 1, 120)
    owner.close()
