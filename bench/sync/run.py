"""python -m bench sync: measures `octavo sync` on a real control plane. See README.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane.binaries import MissingError

from bench.places import quiet_disk
from bench.report import write_readme
from bench.sync import again, fresh, idle, plane, throttled, tree
from bench.sync.history import History
from bench.sync.lasting import NOTEBOOKS, Sample
from bench.sync.plane import Plane
from bench.sync.programs import Programs
from bench.sync.report import Results, markdown
from bench.sync.staying import Told

PARTS = ("fresh", "throttled", "again", "rounds")


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of everything that was asked for."""

    plane: Plane
    programs: Programs
    folder: Path
    options: argparse.Namespace

    def run(self) -> Results:
        results = Results()
        for part in self.options.only:
            getattr(self, part)(results)
            self.plane.forget()
        return results

    def fresh(self, results: Results) -> None:
        measure = fresh.Measure(self.plane, self.programs, self._place("fresh"), say)
        results.fresh = measure.run(self.options.notebooks, self.options.repeats)

    def throttled(self, results: Results) -> None:
        """A few notebooks, also for the look from outside at a loop that rests."""
        count = min(self.options.notebooks, throttled.MOST)
        folder = self._place("throttled")
        bundles = tree.render(folder, count)
        measure = throttled.Measure(self.plane, self.programs, folder, say)
        results.free, results.throttled = measure.run(bundles)
        History(bundles).begin()
        results.idle = idle.Measure(self.plane, self.programs, say).run(bundles, count)

    def again(self, results: Results) -> None:
        """Nothing to do, and then one change."""
        count = self.options.idle
        bundles = tree.render(self._place("again"), count)
        measure = again.Measure(self.plane, self.programs, say)
        results.again = measure.run(bundles, count)
        say(f"one change among {count:,} notebooks")
        History(bundles).begin()
        told = self._module("bench.sync.staying", bundles, count)
        results.staying = Told(**told)
        say(f"  seconds: {', '.join(f'{each:.3f}' for each in results.staying.changes)}")

    def rounds(self, results: Results) -> None:
        count = self.options.rounds
        say(f"{count:,} rounds of the loop")
        bundles = tree.render(self._place("rounds"), NOTEBOOKS)
        History(bundles).begin()
        results.lasting = [
            Sample(**each) for each in self._module("bench.sync.lasting", bundles, count)
        ]
        for each in results.lasting:
            say(f"  {each}")

    def _module(self, name: str, bundles: Path, number: int) -> Any:
        note, cache = self.folder / "note.json", self._place(f"cache-of-{name}")
        where = (str(self.plane.kubeconfig), str(bundles), str(cache), str(note))
        self.programs.python(name, *where, str(number))
        return json.loads(note.read_bytes())

    def _place(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir()
        return place


def main(words: list[str]) -> int:
    options = _options(words)
    folder = Path(tempfile.mkdtemp(prefix="octavo-bench-", dir=options.work or quiet_disk()))
    try:
        with plane.running(folder / "plane") as server:
            results = Bench(server, Programs(folder), folder, options).run()
    except MissingError as error:
        say(f"not measured: octavo sync: {error}")
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = markdown(results)
    print(text)
    if options.write_readme:
        write_readme(text, "results of sync")
    return 0


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench sync", description=__doc__)
    for name, default, meaning in (
        ("--notebooks", 1000, "notebooks of a fresh sync"),
        ("--repeats", 3, "how often a fresh sync is measured"),
        ("--idle", 10_000, "notebooks of a sync with nothing to do, and of one change"),
        ("--rounds", 10_000, "rounds of the loop"),
    ):
        parser.add_argument(name, type=int, default=default, help=f"{meaning} ({default:,})")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    parser.add_argument("--work", type=Path, help="the folder to work in; default: in memory")
    parser.add_argument("--write-readme", action="store_true", help="keep the results in README.md")
    return parser.parse_args(words)
