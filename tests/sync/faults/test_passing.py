"""A fault that passes: the same run comes right in the end, and the next has nothing to do."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from controlplane import faults
from controlplane.faults import Fault

from tests.sync.faults import asked
from tests.sync.faults.asked import Match
from tests.sync.faults.conftest import Scene
from tests.sync.picture import Picture
from tests.sync.program import good

FAULTS: dict[str, Fault] = {
    "409": faults.status(409),
    "429 for a second": faults.status(429, retry_after=1),
    "429 without a time": faults.status(429),
    "500": faults.status(500),
    "500 of the store": faults.status(500, message="etcdserver: request timed out"),
    "503 for a second": faults.status(503, retry_after=1),
    "slow": faults.delay(0.5),
    "no answer in time": faults.delay(4.0, faults.refuse),
    "done, and no answer in time": faults.delay(4.0, faults.cut_before),
    "cut at once": faults.refuse,
    "cut in the answer": faults.cut_after(60),
    "cut before the last byte": faults.cut_after(1_000_000),
    "done, and the answer is lost": faults.cut_before,
    "no JSON": faults.garbage,
}
REQUESTS: dict[str, Match] = {
    "discovery": asked.discovery,
    "identity": asked.identity,
    "list": asked.listing,
    "get": asked.look,
    "apply": asked.apply,
    "delete": asked.delete,
}
# 409 is no answer to a question; a deadline of six seconds has room for one of four.
NEVER = {("409", "discovery"), ("409", "identity"), ("409", "list"), ("409", "get")}
TIMES = {"no answer in time": 1, "done, and no answer in time": 1}
STORIES = [
    (fault, request) for fault in FAULTS for request in REQUESTS if (fault, request) not in NEVER
]


@pytest.mark.parametrize(("fault", "request_"), STORIES, ids=[", ".join(each) for each in STORIES])
def test_a_fault_that_passes_leaves_no_trace(
    scene: Scene, undisturbed: Callable[..., Picture], fault: str, request_: str
) -> None:
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        rule = proxy.add(REQUESTS[request_], FAULTS[fault], TIMES.get(fault, 2))
        good(scene.through(proxy.kubeconfig, "--deadline=6").sync())
        assert rule.left == 0
        told = scene.picture()
        assert told == undisturbed()
        before = proxy.seen(asked.write)
        good(scene.through(proxy.kubeconfig).sync())
        assert proxy.seen(asked.write) == before


@pytest.mark.parametrize("seed", range(6))
def test_faults_at_random_end_well_or_are_told(
    scene: Scene, undisturbed: Callable[..., Picture], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    quick = [fault for name, fault in FAULTS.items() if "in time" not in name]

    def hits(_method: str, _path: str) -> bool:
        return chance.random() < 0.2

    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        for _ in range(25):
            proxy.add(hits, chance.choice(quick), times=1)
        done = scene.through(proxy.kubeconfig, "--deadline=8").sync()
    assert done.code in {0, 1, 2}, done.said
    assert "Traceback" not in done.said
    if done.code == 0:
        assert scene.picture() == undisturbed()
    else:
        assert done.err or "problem" in done.out
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()
