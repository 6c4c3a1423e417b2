"""python -m bench singleuser: measures merged profiles, beside one merge after the other."""

from __future__ import annotations

import argparse
import time
import timeit
from functools import reduce
from statistics import median
from typing import Any

from bench.report import machine
from renderer.singleuser import SingleuserProfiles

IMAGE, USER = "s2i-minimal-notebook:3.6", "user-7"
GOAL = 1_000
# Of so many profiles one is for the user and the image that are asked for.
RARE = 20


def main(words: list[str]) -> int:
    options = _options(words)
    print(
        f"{machine()}\n\nMicroseconds of processor for the merged profile of a user and an image:\n"
    )
    print("| profiles | matching | octavo | pair by pair | |\n|--:|--:|--:|--:|--:|")
    slowest = 0.0
    for every in (True, False):
        library = _library(options.profiles, every=every)
        ours, theirs = _times(library, options.rounds)
        slowest = max(slowest, median(ours))
        ratio = median(other / own for own, other in zip(ours, theirs, strict=True))
        matching = sum(map(bool, library.get_profile_by_image(IMAGE, USER)))
        times = f"{median(ours):,.0f} | {median(theirs):,.0f}"
        print(f"| {options.profiles} | {matching} | {times} | {ratio:.1f}x |")
    print(f"\nWanted: less than {GOAL:,}; measured at most: {slowest:,.0f}")
    return int(slowest >= GOAL)


def _times(library: SingleuserProfiles, rounds: int) -> tuple[list[float], list[float]]:
    """Both in turn, round after round, so that the machine's moods hit both alike."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours.append(_microseconds(lambda: library.get_merged_profile(IMAGE, USER)))
        theirs.append(_microseconds(lambda: _pair_by_pair(library)))
    return ours, theirs


def _pair_by_pair(library: SingleuserProfiles) -> dict[str, Any]:
    matching = library.get_profile_by_image(IMAGE, USER)
    return reduce(library.merge_profiles, matching, library.empty_profile())


def _microseconds(task: Any) -> float:
    """Of processor: others at work on the machine do not count."""
    return timeit.timeit(task, timer=time.process_time, number=10) / 10 * 1e6


def _library(count: int, *, every: bool) -> SingleuserProfiles:
    library = SingleuserProfiles()
    library.profiles = [
        _profile(number, rare=not every and number % RARE) for number in range(count)
    ]
    if library.get_merged_profile(IMAGE, USER) != _pair_by_pair(library):
        raise SystemExit("both ways must give the same profile")
    return library


def _profile(number: int, *, rare: object) -> dict[str, Any]:
    amounts = {"memory": f"{number + 1}Gi", "cpu": "1"}
    return {
        "name": f"team {number}",
        "images": [f"image-{number}:1"] if rare else [],
        "env": [{"name": f"TEAM_{number}", "value": "yes"}, {"name": "TEAM", "value": str(number)}],
        "resources": {"requests": amounts, "limits": amounts},
    }


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench singleuser", description=__doc__)
    parser.add_argument("--profiles", type=int, default=300, help="how many there are")
    parser.add_argument("--rounds", type=int, default=30, help="how often each is measured")
    return parser.parse_args(words)
