"""A sync with nothing to do, from a cold start: time, memory, and what it asks of the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from controlplane.faults import faults

from bench.sync import tree
from bench.sync.plane import Plane
from bench.sync.programs import BrokenError, Programs

NOTHING_TO_DO = "nothing to do"
TIMES = 3


@dataclass(slots=True)
class Again:
    """Runs of octavo that found nothing to do."""

    count: int
    first: float = 0.0
    walls: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)

    @property
    def objects(self) -> int:
        return tree.objects(self.count)

    @property
    def wall(self) -> float:
        return median(self.walls)

    @property
    def peak(self) -> int:
        return max(self.peaks)

    @property
    def writes(self) -> int:
        return sum(number for method, number in self.requests.items() if method != "GET")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and with what."""

    plane: Plane
    programs: Programs
    say: Callable[[str], None]

    def run(self, bundles: Path, count: int) -> Again:
        """Fill the cluster, and then do nothing; it stays full."""
        self.say(f"nothing to do at {count:,} notebooks")
        results = Again(count)
        self.plane.forget()
        results.first = self.programs.sync(self.plane.kubeconfig, bundles).wall
        self.say(f"  a fresh sync of {results.objects:,} objects: {results.first:.1f} s")
        for _ in range(TIMES):
            run = self.programs.sync(self.plane.kubeconfig, bundles)
            _demand_nothing(run.said)
            results.walls.append(run.wall)
            results.processor.append(run.cpu)
            results.peaks.append(run.peak)
            self.say(
                f"  {run.wall:.2f} s, {run.cpu:.2f} s of processor, {run.peak / 2**20:.0f} MiB"
            )
        results.spent = dict(self.programs.inside(self.plane, bundles)["spent"])
        for stage, seconds in results.spent.items():
            self.say(f"  {seconds / results.objects * 1e6:8.1f} microseconds an object: {stage}")
        results.requests = self._requests(bundles)
        self.say(f"  requests: {dict(results.requests)}")
        return results

    def _requests(self, bundles: Path) -> Counter[str]:
        """Methods of the requests that a proxy saw; nobody is timed through it."""
        with faults(self.plane.kubeconfig) as proxy:
            run = self.programs.sync(proxy.kubeconfig, bundles)
            _demand_nothing(run.said)
            return by_method(proxy.requests)


def by_method(requests: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(method for method, _ in requests)


def _demand_nothing(said: str) -> None:
    if NOTHING_TO_DO not in said:
        raise BrokenError(f"there was something to do: {said[-500:]}")
