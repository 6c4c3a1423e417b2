"""A fresh sync: octavo as it is run, its round alone, kubectl, and the ceiling; in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.sync import bodies, tree
from bench.sync.plane import Plane
from bench.sync.programs import BrokenError, Programs

# Processes and threads in each: 16 and 32 requests in flight.
SHAPES = ((1, 16), (2, 8), (4, 4), (4, 8))
SAMPLE = 100
WARM = 20
OCTAVO, ROUND, KUBECTL, AGAIN = "octavo", "round", "kubectl", "kubectl again"


@dataclass(slots=True)
class Fresh:
    """Objects a second of each, by round."""

    count: int
    sample: int
    rates: dict[str, list[float]] = field(default_factory=dict)
    peaks: list[int] = field(default_factory=list)

    def note(self, who: str, rate: float) -> None:
        self.rates.setdefault(who, []).append(rate)

    def rate(self, who: str) -> float:
        return median(self.rates[who])

    def ratio(self, fast: str, slow: str) -> float:
        """How many times as fast: the median of the rounds' ratios."""
        pairs = zip(self.rates[fast], self.rates[slow], strict=True)
        return median(one / other for one, other in pairs)

    @property
    def ceiling(self) -> str:
        """The loader that was the fastest."""
        return max((shape_words(*each) for each in SHAPES), key=self.rate)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and with what."""

    plane: Plane
    programs: Programs
    folder: Path
    say: Callable[[str], None]

    def run(self, count: int, rounds: int) -> Fresh:
        self.say(f"a fresh sync of {count:,} notebooks")
        bundles = tree.render(self.folder, count)
        ready = self.folder / f"bodies-{count}"
        bodies.write(bundles, ready)
        sample = min(count, SAMPLE)
        files = tree.without_lists(bundles, self.folder / "files", range(sample))
        results = Fresh(count, sample)
        self._warm(bundles)
        for _ in range(rounds):
            self._octavo(results, bundles)
            self._inside(results, bundles)
            self._kubectl(results, files)
            for processes, threads in SHAPES:
                self.plane.forget()
                rate = self.programs.load(self.plane, ready, processes, threads)
                self._note(results, shape_words(processes, threads), rate)
        self.plane.forget()
        return results

    def _warm(self, bundles: Path) -> None:
        """The first requests of a server, and kubectl's first of a cluster, cost more."""
        few = tree.without_lists(bundles, self.folder / "few", range(min(WARM, tree.PER_NAMESPACE)))
        self.programs.kubectl(self.plane, few)
        self.plane.forget()

    def _octavo(self, results: Fresh, bundles: Path) -> None:
        self.plane.forget()
        run = self.programs.sync(self.plane.kubeconfig, bundles)
        found = tree.objects(results.count)
        self._check(results.count)
        results.peaks.append(run.peak)
        self._note(results, OCTAVO, found / run.wall)

    def _inside(self, results: Fresh, bundles: Path) -> None:
        self.plane.forget()
        told = self.programs.inside(self.plane, bundles)
        spent = told["spent"]
        taken = spent["survey and apply"] - spent["survey"]
        self._note(results, ROUND, told["written"] / taken)

    def _kubectl(self, results: Fresh, files: Path) -> None:
        self.plane.forget()
        for who in (KUBECTL, AGAIN):
            taken = self.programs.kubectl(self.plane, files)
            self._check(results.sample)
            self._note(results, who, tree.objects(results.sample) / taken)

    def _check(self, count: int) -> None:
        wanted = 2 * count + tree.namespaces(count)
        if (found := self.plane.count()) != wanted:
            raise BrokenError(f"{found} Notebooks, Services and Namespaces are there, not {wanted}")

    def _note(self, results: Fresh, who: str, rate: float) -> None:
        results.note(who, rate)
        self.say(f"  {who:28} {rate:8,.0f} objects a second")


def shape_words(processes: int, threads: int) -> str:
    return f"loader, {processes} x {threads}"
