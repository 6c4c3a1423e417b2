"""python -m bench git: measures commits of bundles. See README.md."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.git import change
from bench.git.peers import PEERS, Ready, bundle_of, seconds
from bench.places import quiet_disk
from bench.report import machine, write_readme

NEAR = 1.3
AT_ONCE, SOON = 1.0, 2.0
Times = dict[str, list[float]]


def main(words: list[str]) -> int:
    options = _options(words)
    folder = Path(tempfile.mkdtemp(prefix="octavo-bench-", dir=options.work or quiet_disk()))
    try:
        committed = {count: _committed(folder, count, options.rounds) for count in options.counts}
        _say(f"one change among {options.source:,} notebooks")
        changed = list(change.measure(folder, options.source, options.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join(_report(committed, changed, options.source))
    print(text)
    if options.write_readme:
        write_readme(text, "results of git")
    return 0


def _committed(folder: Path, count: int, rounds: int) -> Times:
    """Each peer in turn, round after round, so that the machine's moods hit all alike."""
    _say(f"committing {count:,} bundles")
    place = folder / f"bundles-{count}"
    place.mkdir()
    ready = Ready(place, [bundle_of(number) for number in range(count)])
    ready.prepare()
    times: Times = {peer: [] for peer in PEERS}
    for _ in range(rounds):
        for peer, found in times.items():
            found.append(seconds(peer, ready))
    shutil.rmtree(place)
    return times


def _report(
    committed: dict[int, Times], changed: list[change.Change], source: int
) -> Iterator[str]:
    yield f"{machine()}\n"
    yield "Seconds to commit so many ready bundles of seven files:\n"
    yield "| | " + " | ".join(f"{count:,} | against octavo" for count in committed) + " |"
    yield "|---|" + "--:|--:|" * len(committed)
    for peer in PEERS:
        cells = [
            f"{median(times[peer]):.2f} | {_ratio(times, peer, 'octavo'):.2f}x"
            for times in committed.values()
        ]
        yield f"| {peer} | {' | '.join(cells)} |"
    render, review = (
        [median(getattr(getattr(each, what), name) for each in changed) for name in ("wall", "cpu")]
        for what in ("render", "review")
    )
    yield f"\nOne changed Notebook among {source:,}, from a cold start, git's own work included: "
    yield f"{render[0]:.2f} s by the clock to the commit ({render[1]:.2f} s of the processor),"
    yield f"{review[0]:.2f} s to the review ({review[1]:.2f} s).\n"
    yield "| goal | wanted | measured | |\n|---|---|---|---|"
    for count, times in committed.items():
        near = _ratio(times, "octavo", "git fast-import")
        yield _goal(
            f"{count:,} bundles: against git fast-import",
            f"at most {NEAR}x",
            f"{near:.2f}x",
            near <= NEAR,
        )
        ahead = _ratio(times, "git add, git commit", "octavo")
        yield _goal(
            f"{count:,} bundles: against git add, git commit", "ahead", f"{ahead:.2f}x", ahead > 1
        )
    for what, (wall, _), most in (("committed", render, AT_ONCE), ("reviewed", review, SOON)):
        words = f"one change among {source:,}, {what}"
        yield _goal(words, f"under {most:g} s", f"{wall:.2f} s", wall < most)


def _goal(what: str, wanted: str, measured: str, is_met: bool) -> str:  # noqa: FBT001
    return f"| {what} | {wanted} | {measured} | {'met' if is_met else '**not met**'} |"


def _ratio(times: Times, one: str, other: str) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(times[one], times[other], strict=True))


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench git", description=__doc__)
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[1000, 10_000], help="numbers of bundles"
    )
    parser.add_argument(
        "--source", type=int, default=10_000, help="notebooks of the source with one change"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--work", type=Path, help="the folder to work in; default: in memory")
    parser.add_argument("--write-readme", action="store_true", help="keep the results in README.md")
    return parser.parse_args(words)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
