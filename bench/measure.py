"""Runs the peers in turn, round after round, so that the machine's moods hit all alike."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.prepare import Work
from bench.tree import place_of

REPOSITORY = Path(__file__).parent.parent
LARGE = 10_000
IN_PROCESS = ("octavo", "helm", "helm-text", "naive", "floor", "octavo-cores")
EACH_A_PROCESS = ("helm-template", "kustomize", "kustomize-json")
# What takes minutes is measured in the first rounds only.
LARGE_ROUNDS = 2
COLD_STARTS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds by the clock, seconds of processor, and the most memory in bytes."""

    wall: float
    cpu: float
    peak: int


@dataclass(slots=True)
class Results:
    """All runs, by peer and number of notebooks."""

    samples: dict[tuple[str, int], list[Sample]] = field(default_factory=dict)
    cold: dict[str, list[float]] = field(default_factory=dict)
    singles: int = 0

    def wall(self, peer: str, count: int) -> float | None:
        """Median seconds by the clock for one notebook."""
        found = self.samples.get((peer, count))
        return median(each.wall for each in found) / count if found else None

    def cpu(self, peer: str, count: int) -> float | None:
        """Median seconds of processor for one notebook."""
        found = self.samples.get((peer, count))
        return median(each.cpu for each in found) / count if found else None

    def peak(self, peer: str, count: int) -> float | None:
        found = self.samples.get((peer, count))
        return median(each.peak for each in found) if found else None

    def ratio(self, slow: tuple[str, int], fast: tuple[str, int]) -> float | None:
        """How many times as long the one takes as the other: the median of the rounds' ratios."""
        pairs = zip(self.samples.get(slow, []), self.samples.get(fast, []), strict=False)
        ratios = [one.wall / slow[1] / (other.wall / fast[1]) for one, other in pairs]
        return median(ratios) if ratios else None


@dataclass(frozen=True, slots=True)
class Bench:
    """What to measure: numbers of notebooks, rounds, processes of a peer that needs one each."""

    work: Work
    counts: tuple[int, ...]
    rounds: int
    singles: int
    skipped: frozenset[str]
    say: Callable[[str], None]

    def run(self) -> Results:
        results = Results(singles=self.singles)
        for number in range(self.rounds):
            self.say(f"round {number + 1} of {self.rounds}")
            for count in self.counts:
                if count < LARGE or number < LARGE_ROUNDS:
                    self._round(results, count, number)
            for peer in EACH_A_PROCESS:
                self._measure(results, peer, self.singles)
            self._cold(results)
        return results

    def _round(self, results: Results, count: int, number: int) -> None:
        peers = [*IN_PROCESS, *(["octavo-again"] if count == LARGE else [])]
        for peer in peers:
            if not (peer == "naive" and count == LARGE and number):  # it takes minutes
                self._measure(results, peer, count)

    def _measure(self, results: Results, peer: str, count: int) -> None:
        if peer in self.skipped:
            return
        cores = sorted(os.sched_getaffinity(0))
        used = cores if peer == "octavo-cores" else cores[-1:]
        command = (peer, str(count), str(self.work.root), ",".join(map(str, used)))
        run = subprocess.run(  # noqa: S603
            (sys.executable, "-m", "bench.runner", *command),
            check=True,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
        )
        shutil.rmtree(self.work.out)
        sample = Sample(**json.loads(run.stdout))
        results.samples.setdefault((peer, count), []).append(sample)
        each = sample.wall / count * 1e6
        self.say(f"  {peer:14} {count:6} notebooks {each:12,.0f} microseconds each")

    def _cold(self, results: Results) -> None:
        """One notebook on standard output, from a cold start, beside an import everybody has."""
        tree, notebook = str(self.work.tree(min(self.counts))), "/".join(place_of(0))
        commands = {
            "octavo": ("-m", "octavo", "render", notebook, "-C", tree),
            "jinja2": ("-c", "import jinja2"),
            "python": ("-c", ""),
        }
        if not results.cold:
            _seconds(commands["octavo"])  # leaves compiled modules behind, as an installation does
        for _ in range(COLD_STARTS):
            for name, command in commands.items():
                results.cold.setdefault(name, []).append(_seconds(command))


def _seconds(command: Iterable[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(  # noqa: S603
        (sys.executable, *command),
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env=environment,
    )
    return time.perf_counter() - start
