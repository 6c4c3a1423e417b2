"""The program is killed, or told to stop, at any point: the next run makes everything right."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from controlplane import faults
from controlplane.faults import Exchange, Fault

from tests.sync.faults import asked
from tests.sync.faults.conftest import Scene
from tests.sync.picture import Picture
from tests.sync.program import Octavo, ended, good

PROMPTLY = 5.0
MOST_RUNS = 80
KILLED = -signal.SIGKILL
ENDS = {signal.SIGTERM: {-signal.SIGTERM, 143}, signal.SIGINT: {-signal.SIGINT, 130}}


class Assassin:
    """Ends a process when so many writes have come in; `done`: the last was carried out."""

    def __init__(self, writes: int, *, done: bool) -> None:
        self.process: subprocess.Popen[str] | None = None
        self._left = writes
        self._done = done

    def match(self, method: str, path: str) -> bool:
        if not asked.write(method, path):
            return False
        self._left -= 1
        return self._left == 0

    def strike(self, exchange: Exchange) -> None:
        if self._done:
            exchange.ask()
        assert self.process
        self.process.kill()
        exchange.hang_up()


def killed_after(scene: Scene, writes: int, *, done: bool) -> int:
    """The exit code of a run that does not survive so many writes."""
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        assassin = Assassin(writes, done=done)
        proxy.add(assassin.match, assassin.strike)
        with scene.through(proxy.kubeconfig).running("sync", "--once") as process:
            assassin.process = process
            return ended(process).code


@pytest.mark.parametrize("done", [True, False], ids=["the write was done", "it was not"])
@pytest.mark.parametrize("seed", range(2))
def test_killed_after_every_few_writes_it_gets_there_all_the_same(
    scene: Scene, undisturbed: Callable[..., Picture], seed: int, done: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311

    def push_through() -> int:
        """Runs until one survives; how many did not."""
        for killed in range(MOST_RUNS):
            writes = chance.randint(1 if done else 2, 7)
            if killed_after(scene, writes, done=done) != KILLED:
                return killed
        raise AssertionError("it never got there")

    scene.begin()
    assert push_through() > 1
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed(second=False)
    scene.go_on()
    assert push_through() > 1
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment(scene: Scene, undisturbed: Callable[..., Picture], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    scene.begin()
    codes = [killed_at(scene, chance.uniform(0.1, 0.6)) for _ in range(4)]
    assert set(codes) <= {KILLED, 0}
    scene.go_on()
    codes = [killed_at(scene, chance.uniform(0.1, 0.6)) for _ in range(4)]
    assert set(codes) <= {KILLED, 0}
    good(scene.octavo.sync())
    found, expected = scene.picture(), undisturbed()
    # Where no run lived to see the first commit, book-1 was never there, nor its storage.
    expected = {
        name: told for name, told in expected.items() if name in found or "1-home" not in name
    }
    assert found == expected


def killed_at(scene: Scene, moment: float) -> int:
    with scene.octavo.running("sync", "--once") as process:
        time.sleep(moment)
        process.kill()
        return ended(process).code


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
@pytest.mark.parametrize(
    "busy",
    [
        pytest.param(faults.delay(0.2), id="while it works"),
        pytest.param(faults.delay(60), id="while the server does not answer"),
        pytest.param(faults.refuse, id="while it tries again"),
        pytest.param(faults.status(429, 30), id="while it is throttled"),
    ],
)
def test_it_stops_when_told_to_and_says_no_more(
    scene: Scene, undisturbed: Callable[..., Picture], how: signal.Signals, busy: Fault
) -> None:
    scene.begin()
    good(scene.octavo.sync())
    scene.go_on()
    with faults.faults(scene.cluster.kubeconfig) as proxy:
        proxy.add(asked.apply, busy)
        octavo: Octavo = scene.through(proxy.kubeconfig, "--deadline=60")
        with octavo.running("sync", "--once") as process:
            wait_for(lambda: proxy.seen(asked.apply) > 0)
            process.send_signal(how)
            began = time.monotonic()
            done = ended(process)
            taken = time.monotonic() - began
    assert done.code in ENDS[how], done.said
    assert taken < PROMPTLY
    assert "Traceback" not in done.said
    good(scene.octavo.sync())
    assert scene.picture() == undisturbed()


def wait_for(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)
