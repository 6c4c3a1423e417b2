"""Told to end it ends, whatever it is doing; what it left undone the next one does."""

from __future__ import annotations

import signal

import pytest
from controlplane.faults import delay, faults

from sync.cli.watching import GRACE, LAST
from tests.sync.agent.world import NEVER, World, eventually

PODS_HAVE = 30.0


def test_it_ends_within_the_grace_that_a_pod_has() -> None:
    assert GRACE + LAST < PODS_HAVE - 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_agent_ends_at_once(world: World, number: signal.Signals) -> None:
    with world.ready_agent(*NEVER) as agent:
        status, seconds = agent.end(number)
    assert status == 0
    assert seconds < 5
    assert agent.said("octavo sync ends")


def test_in_the_middle_of_a_round_it_ends_after_the_bundles_in_work(world: World) -> None:
    for each in range(40):
        world.tree.put(f"many-{each}")
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, _: method == "PATCH", delay(1.0))
        flags = (*NEVER, "--in-flight", "2")
        with world.agent(*flags, kubeconfig=proxy.kubeconfig) as agent:
            eventually(lambda: proxy.seen(lambda method, _: method == "PATCH") > 2)
            status, seconds = agent.end()
        assert (status, seconds < 8) == (0, True)
        assert proxy.seen(lambda method, _: method == "PATCH") < 20
    with world.ready_agent(*NEVER):
        assert all(world.value(f"many-{each}") == "1" for each in range(40))


def test_while_it_waits_for_a_slow_server_it_ends_in_time(world: World) -> None:
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, _: method == "PATCH", delay(60.0))
        with world.agent(*NEVER, kubeconfig=proxy.kubeconfig) as agent:
            eventually(lambda: proxy.seen(lambda method, _: method == "PATCH"))
            status, seconds = agent.end()
        assert (status, seconds < GRACE + LAST) == (0, True)
        assert agent.said("they are cut") == 1


def test_a_second_round_after_a_kill_is_as_good(world: World) -> None:
    for each in range(20):
        world.tree.put(f"many-{each}")
    with faults(world.cluster.kubeconfig) as proxy:
        proxy.add(lambda method, _: method == "PATCH", delay(0.3))
        flags = (*NEVER, "--in-flight", "2")
        with world.agent(*flags, kubeconfig=proxy.kubeconfig) as agent:
            eventually(lambda: proxy.seen(lambda method, _: method == "PATCH") > 9)
            agent.end(signal.SIGKILL)
    assert world.value("many-9") is None
    with world.ready_agent(*NEVER) as agent:
        assert all(world.value(f"many-{each}") == "1" for each in range(20))
        assert agent.metric("octavo_bundles_in_trouble") == 0
