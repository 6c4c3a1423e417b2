"""The loop in this process, over a git repository: at rest, and when one bundle changes."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.sync.history import Asked, History
from bench.sync.noted import Noted
from bench.sync.once import peak
from sync.agent import Agent, Rhythm
from sync.agent.statuses import LATER
from sync.cluster import connect
from sync.memory import Memory
from sync.policy import Policy
from sync.sources import SourceSpec, open_source

REST, CALM, PATIENCE = 20.0, 5.0, 600.0
# Nobody makes pods here: notebooks are looked at some times more, the last time after so long.
SETTLED = LATER[-1] + CALM
ASKING = 1.0
CHANGES = 5
POLL = 0.01


@dataclass(slots=True)
class Told:
    """Seconds until it was at rest, what it asked there, and seconds of each change."""

    settled: float = 0.0
    asked: dict[str, int] = field(default_factory=dict)
    fetches: int = 0
    rest: float = REST
    changes: list[float] = field(default_factory=list)
    fetched: list[float] = field(default_factory=list)
    peak: int = 0


@dataclass(slots=True)
class Loop:
    """An agent at work, and what may be seen of it."""

    history: History
    source: Asked
    cluster: Noted
    agent: Agent
    thread: threading.Thread

    def calm(self, seconds: float) -> None:
        """Wait until it has asked the server for nothing for so long."""
        give_up = time.monotonic() + PATIENCE
        while not self.agent.ready or self.cluster.busy_since(time.monotonic() - seconds):
            self._demand_life(give_up)
            time.sleep(POLL)

    def _demand_life(self, give_up: float) -> None:
        if time.monotonic() > give_up:
            raise TimeoutError("the agent did not come to rest, or did not see a change")
        if not self.thread.is_alive():
            raise RuntimeError("the agent ended")

    def at_rest(self, told: Told) -> None:
        begun = time.monotonic()
        time.sleep(REST)
        for call in self.cluster.busy_since(begun):
            told.asked[call.verb] = told.asked.get(call.verb, 0) + 1
        told.fetches = sum(each >= begun for each in self.source.times)

    def change(self, number: int, told: Told) -> None:
        """From the fetch that sees a commit to the answer of the last write that follows."""
        del self.cluster.calls[:]
        self.history.change(number)
        begun = time.monotonic()
        self.agent.poke()
        give_up = begun + PATIENCE
        while (wrote := self._applied(begun)) is None:
            self._demand_life(give_up)
            time.sleep(POLL)
        fetch = max(each for each in self.source.times if each <= wrote)
        told.changes.append(wrote - fetch)
        first = min(c.begun for c in self.cluster.calls if c.begun >= fetch and c.verb != "watch")
        told.fetched.append(first - fetch)
        self.calm(CALM)

    def _applied(self, since: float) -> float | None:
        """When the apply was answered; the status follows, on purpose, a second later."""
        done = [c.ended for c in self.cluster.calls if c.verb == "apply" and c.begun >= since]
        return max(done, default=None)


@contextmanager
def looping(kubeconfig: str, folder: Path, cache: Path) -> Iterator[Loop]:
    """Keep an agent at work, in a thread."""
    spec = SourceSpec(repository=str(folder), cache=str(cache))
    source = Asked(open_source(spec))
    cluster = Noted(connect(kubeconfig))
    agent = Agent(source, cluster.as_cluster(), Policy(), Memory(), Rhythm(ASKING, PATIENCE))
    thread = threading.Thread(target=agent.run, daemon=True)
    thread.start()
    try:
        yield Loop(History(folder), source, cluster, agent, thread)
    finally:
        agent.stop()
        thread.join()
        cluster.cluster.close()


def main(kubeconfig: str, places: Sequence[str], count: int) -> None:
    folder, cache, note = map(Path, places)
    told = Told()
    begun = time.monotonic()
    with looping(kubeconfig, folder, cache) as loop:
        loop.calm(SETTLED)
        told.settled = time.monotonic() - SETTLED - begun
        loop.at_rest(told)
        for number in range(CHANGES):
            loop.change(number * (count // CHANGES), told)
    told.peak = peak()
    note.write_text(json.dumps(asdict(told)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:5], int(sys.argv[5]))
