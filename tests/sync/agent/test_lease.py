"""One agent at a time: the next one begins when the Lease is free, and not before."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest
from controlplane.faults import faults, refuse

from sync.agent.lease import LEASE, Lease, Times
from sync.cli.watching import LEASE_DEADLINE
from sync.cluster import Cluster, connect
from sync.objects import Key
from tests.sync.agent.world import NEVER, World, eventually

QUICK = Times(duration=2.0, renew=0.3, give_up=0.8, retry=0.1)


@pytest.fixture
def door(world: World) -> Iterator[Cluster]:
    made = connect(str(world.cluster.kubeconfig), deadline=0.5)
    yield made
    made.close()


def lease(door: Cluster, world: World, holder: str, times: Times = QUICK) -> Lease:
    return Lease(door, Key(*LEASE, world.namespace, "agents"), holder, times)


def flags(world: World) -> tuple[str, ...]:
    return (*NEVER, "--lease", f"{world.namespace}/agents")


def mended(world: World) -> float:
    world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
    return eventually(lambda: world.value() == "1")


def test_a_second_agent_waits_and_takes_over_at_once_from_one_that_ends(world: World) -> None:
    with (
        world.ready_agent(*flags(world), name="first") as first,
        world.ready_agent(*flags(world), name="second") as second,
    ):
        time.sleep(3)
        assert second.metric("octavo_leader") == 0
        assert second.page("/healthz")[0] == second.page("/readyz")[0] == 200
        assert not second.said("compared")
        status, seconds = first.end()
        assert (status, seconds < 5) == (0, True)
        assert eventually(lambda: second.said("compared everything")) < 6
        assert mended(world) < 10


def test_a_second_agent_takes_over_from_one_that_was_killed(world: World) -> None:
    with (
        world.ready_agent(*flags(world), name="first") as first,
        world.ready_agent(*flags(world), name="second") as second,
    ):
        first.end(signal.SIGKILL)
        assert eventually(lambda: second.said("compared everything")) < 22
        assert mended(world) < 10


def test_an_agent_that_cannot_renew_ends_before_another_begins(world: World) -> None:
    with (
        faults(world.cluster.kubeconfig) as proxy,
        world.ready_agent(*flags(world), name="first", kubeconfig=proxy.kubeconfig) as first,
        world.ready_agent(*flags(world), name="second") as second,
    ):
        proxy.add(lambda _, path: "/leases/" in path, refuse)
        eventually(lambda: first.process.poll() is not None)
        assert not second.said("the Lease is ours")
        assert first.process.returncode == 1
        assert first.said("the Lease is lost")
        eventually(lambda: second.said("the Lease is ours"))


def test_of_many_one_takes_it(door: Cluster, world: World) -> None:
    stop, holders = threading.Event(), []

    def take(name: str) -> None:
        if lease(door, world, name).acquire(stop):
            holders.append(name)

    threads = [threading.Thread(target=take, args=(f"agent {each}",)) for each in range(8)]
    for each in threads:
        each.start()
    eventually(lambda: holders)
    time.sleep(1)
    stop.set()
    for each in threads:
        each.join()
    assert len(holders) == 1


def test_it_is_taken_over_when_it_was_not_renewed_whatever_its_clock_says(
    door: Cluster, world: World
) -> None:
    stop = threading.Event()
    assert lease(door, world, "dead").acquire(stop)
    future = {"spec": {"renewTime": "2999-01-01T00:00:00.000000Z"}}
    world.patch("lease", "agents", future)
    began = time.monotonic()
    assert lease(door, world, "next").acquire(stop)
    assert QUICK.duration <= time.monotonic() - began < QUICK.duration + 2
    found = world.get("lease", "agents")
    assert found
    assert found["spec"]["holderIdentity"] == "next"
    assert found["spec"]["leaseTransitions"] == 1


def test_what_is_kept_is_not_taken_and_what_is_given_back_is(door: Cluster, world: World) -> None:
    stop, lost, other = threading.Event(), threading.Event(), threading.Event()
    first = lease(door, world, "first")
    assert first.acquire(stop)
    first.keep(stop, lost.set)
    threading.Timer(3 * QUICK.duration, other.set).start()
    own = connect(str(world.cluster.kubeconfig))
    assert not lease(own, world, "second").acquire(other)
    assert first.is_held()
    assert not lost.is_set()
    stop.set()
    time.sleep(2 * QUICK.renew)
    first.close()
    began = time.monotonic()
    assert lease(own, world, "second").acquire(threading.Event())
    assert time.monotonic() - began < 1
    own.close()


def test_a_lease_that_somebody_else_has_taken_is_lost(door: Cluster, world: World) -> None:
    stop, lost = threading.Event(), threading.Event()
    mine = lease(door, world, "mine")
    assert mine.acquire(stop)
    mine.keep(stop, lost.set)
    world.patch("lease", "agents", {"spec": {"holderIdentity": "thief"}})
    assert lost.wait(QUICK.duration)
    mine.close()
    found = world.get("lease", "agents")
    assert found
    assert found["spec"]["holderIdentity"] == "thief"


def test_somebody_s_note_on_the_lease_does_not_lose_it(door: Cluster, world: World) -> None:
    stop, lost = threading.Event(), threading.Event()
    mine = lease(door, world, "mine")
    assert mine.acquire(stop)
    mine.keep(stop, lost.set)
    for each in range(20):
        world.cluster.kubectl("annotate", "--overwrite", "lease", "agents", f"note={each}")
    assert not lost.is_set()
    stop.set()


def test_times_leave_no_moment_for_two() -> None:
    """Whoever cannot renew gives up after its last try, a read and a write, and before the rest."""
    times = Times()
    assert times.give_up + times.retry + 2 * LEASE_DEADLINE < times.duration
