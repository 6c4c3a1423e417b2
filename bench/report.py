"""The results as tables for people, and the goals against them."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import EACH_A_PROCESS, IN_PROCESS, LARGE, Results

README = Path(__file__).with_name("README.md")
USUAL = 1000
# The cold start that was asked for: 250 ms where this import takes 107.
COLD = 250 / 107
AGAIN = 10
LINEAR = 1.1
KILOBYTES = 20
TEN = 10

WORDS = {
    "octavo": "**octavo**, one core",
    "octavo-cores": "octavo, all cores",
    "octavo-again": "octavo, one core, nothing changed",
    "floor": "floor: emit and write ready objects",
    "helm": "Helm's engine: values to files",
    "helm-text": "Helm's engine: text only",
    "naive": "naive loop: PyYAML, Jinja, PyYAML",
    "helm-template": "`helm template` for each",
    "kustomize": "`kubectl kustomize` for each, merge patches",
    "kustomize-json": "`kubectl kustomize` for each, JSON patches",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What was asked for and what was measured."""

    words: str
    wanted: str
    found: str
    is_met: bool


def markdown(results: Results, counts: tuple[int, ...]) -> str:
    parts = [machine(), "", *_times(results, counts), "", *_single(results), ""]
    goals = [*_speed_goals(results), *_other_goals(results)]
    return "\n".join([*parts, *goal_rows(goals)]) + "\n"


def write_readme(text: str, about: str = "results") -> None:
    begin, end = (f"<!-- {about}: {each} -->\n" for each in ("begin", "end"))
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def machine() -> str:
    version = platform.python_version()
    return f"{os.cpu_count()} shared cores ({platform.machine()}), Python {version}."


def _times(results: Results, counts: tuple[int, ...]) -> Iterator[str]:
    heads = " | ".join(f"{count:,}" for count in counts)
    yield (
        "Microseconds for each notebook, of so many notebooks: by the clock, and in brackets "
        "those of the processor (user and system time of all processes)."
    )
    yield ""
    yield f"| | {heads} | against octavo at {USUAL:,} |"
    yield "|---|" + "--:|" * (len(counts) + 1)
    for peer in (*IN_PROCESS, "octavo-again"):
        cells = [_cell(results, peer, count) for count in counts]
        if any(cells):
            ratio = results.ratio((peer, USUAL), ("octavo", USUAL))
            yield f"| {WORDS[peer]} | {' | '.join(cells)} | {times_over(ratio)} |"


def _cell(results: Results, peer: str, count: int) -> str:
    wall, cpu = results.wall(peer, count), results.cpu(peer, count)
    return "" if wall is None or cpu is None else f"{wall * 1e6:,.0f} ({cpu * 1e6:,.0f})"


def times_over(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}x" if ratio < TEN else f"{ratio:,.0f}x"


def _single(results: Results) -> Iterator[str]:
    count = results.singles
    yield (
        f"One process for each notebook, measured on {count} notebooks of the same {USUAL:,} and "
        "taken to go on like that:"
    )
    yield ""
    yield f"| | microseconds for each | against octavo at {USUAL:,} |"
    yield "|---|--:|--:|"
    for peer in EACH_A_PROCESS:
        if results.wall(peer, count):
            ratio = results.ratio((peer, count), ("octavo", USUAL))
            yield f"| {WORDS[peer]} | {_cell(results, peer, count)} | {times_over(ratio)} |"


def goal_rows(goals: Iterable[Goal]) -> Iterator[str]:
    yield "| goal | wanted | measured | |"
    yield "|---|---|---|---|"
    for goal in goals:
        met = "met" if goal.is_met else "**not met**"
        yield f"| {goal.words} | {goal.wanted} | {goal.found} | {met} |"


def _speed_goals(results: Results) -> Iterator[Goal]:
    single = results.singles
    against = (
        ("octavo's whole work against Helm's text only", "helm-text", USUAL, 1),
        ("against Helm's engine writing the same files", "helm", USUAL, 1),
        ("against the naive loop", "naive", USUAL, 5),
        ("against kustomize with merge patches", "kustomize", single, 100),
        ("against kustomize with JSON patches", "kustomize-json", single, 100),
    )
    for words, peer, count, wanted in against:
        ratio = results.ratio((peer, count), ("octavo", USUAL))
        yield from _faster(f"{USUAL:,} notebooks on one core: {words}", ratio, wanted)
    ratio = results.ratio(("octavo", USUAL), ("octavo-cores", USUAL))
    yield from _faster(f"{USUAL:,} notebooks: all cores against one", ratio, 1)
    ratio = results.ratio(("octavo", LARGE), ("octavo-again", LARGE))
    yield from _faster(f"{LARGE:,} notebooks on one core: again, nothing changed", ratio, AGAIN)


def _faster(words: str, ratio: float | None, wanted: int) -> Iterator[Goal]:
    if ratio is not None:
        yield Goal(words, f"{wanted}x as fast", times_over(ratio), ratio >= wanted)


def _other_goals(results: Results) -> Iterator[Goal]:
    ratio = results.ratio(("octavo", LARGE), ("octavo", USUAL))
    if ratio is not None:
        words = f"linear: a notebook of {LARGE:,} against one of {USUAL:,}"
        yield Goal(words, f"at most {LINEAR}x", f"{ratio:.2f}x", ratio <= LINEAR)
    few, many = results.peak("octavo", USUAL), results.peak("octavo", LARGE)
    if few is not None and many is not None:
        each = (many - few) / (LARGE - USUAL) / 1000
        found = f"{each:.1f} KB ({few / 1e6:.0f} MB of {USUAL:,}, {many / 1e6:.0f} MB of {LARGE:,})"
        yield Goal("memory for each notebook", f"under {KILOBYTES} KB", found, each < KILOBYTES)
    cold, jinja = (min(results.cold[name]) for name in ("octavo", "jinja2"))
    words = (
        f"one notebook from a cold start ({cold * 1000:.0f} ms), "
        f"against `import jinja2` ({jinja * 1000:.0f} ms)"
    )
    yield Goal(words, f"at most {COLD:.2f}x", f"{cold / jinja:.2f}x", cold / jinja <= COLD)
