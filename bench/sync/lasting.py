"""Thousands of rounds of the loop: memory, open files and threads must not grow.

Every round is a commit that changes a bundle; at times somebody else changes an object of ours,
and at times everything is compared.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.sync.history import History
from bench.sync.once import descriptors, resident
from bench.sync.tree import place_of
from sync.agent import Agent, Rhythm
from sync.cluster import Cluster, connect
from sync.memory import Memory
from sync.objects import Key
from sync.policy import Policy
from sync.sources import SourceSpec, open_source
from sync.sources.port import Snapshot, Source

NOTEBOOKS = 5
DRIFTS_EVERY = 20
COMPARED_EVERY = 20.0
PATIENCE, POLL = 10.0, 0.005
ROUNDS = "octavo_rounds_total"
MARKS = (100, 1000, 5000, 10_000)
DRIFT = [{"op": "replace", "path": "/metadata/labels/jackhoman.dev~1owner", "value": "x"}]


@dataclass(frozen=True, slots=True)
class Sample:
    """The process after so many rounds."""

    rounds: int
    seconds: float
    memory: int
    descriptors: int
    threads: int


def marks(rounds: int) -> tuple[int, ...]:
    """When to look."""
    always = (rounds // 10, rounds // 2, rounds)
    return tuple(sorted({each for each in (*MARKS, *always) if 0 < each <= rounds}))


class Restless:
    """A source that changes each time it is asked, but not before the last change was seen to."""

    def __init__(self, source: Source, history: History, rounds: Callable[[], int]) -> None:
        self._source = source
        self._history = history
        self._rounds = rounds
        self._changes = 0
        self._before = 0

    def describe(self) -> str:
        return self._source.describe()

    def fetch(self) -> Snapshot:
        give_up = time.monotonic() + PATIENCE
        while self._changes and self._rounds() == self._before and time.monotonic() < give_up:
            time.sleep(POLL)
        self._before = self._rounds()
        self._history.change(self._changes % NOTEBOOKS)
        self._changes += 1
        return self._source.fetch()


def samples(kubeconfig: str, folder: Path, cache: Path, rounds: int) -> list[Sample]:
    """Keep the loop busy for so many rounds."""
    found: list[Sample] = []
    left, begun, drifts = list(marks(rounds)), time.monotonic(), 0
    cluster, other = connect(kubeconfig), connect(kubeconfig)
    spec = SourceSpec(repository=str(folder), cache=str(cache))
    source = Restless(open_source(spec), History(folder), lambda: rounds_of(agent))
    agent = Agent(source, cluster, Policy(), Memory(), Rhythm(0.0, COMPARED_EVERY))
    loop = threading.Thread(target=agent.run, daemon=True)
    loop.start()
    while left and loop.is_alive():
        done = rounds_of(agent)
        if done >= left[0]:
            del left[0]
            found.append(_sample(done, begun))
        if done >= (drifts + 1) * DRIFTS_EVERY:
            _drift(other, drifts % NOTEBOOKS)
            drifts += 1
        time.sleep(POLL)
    agent.stop()
    loop.join()
    if left:
        raise RuntimeError("the agent ended")
    return found


def rounds_of(agent: Agent) -> int:
    """How many rounds an agent has made, as it tells Prometheus."""
    told = agent.metrics.registry.restricted_registry([ROUNDS]).collect()
    return int(sum(s.value for metric in told for s in metric.samples if s.name == ROUNDS))


def _sample(rounds: int, begun: float) -> Sample:
    taken = time.monotonic() - begun
    return Sample(rounds, taken, resident(), descriptors(), threading.active_count())


def _drift(cluster: Cluster, number: int) -> None:
    namespace, name = place_of(number)
    cluster.json_patch(Key("", "Service", namespace, name), DRIFT)


def main(kubeconfig: str, places: Sequence[str], rounds: int) -> None:
    folder, cache, note = map(Path, places)
    told = [asdict(each) for each in samples(kubeconfig, folder, cache, rounds)]
    note.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:5], int(sys.argv[5]))
