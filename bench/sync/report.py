"""Says what was measured: tables for people, and the goals against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.report import Goal, goal_rows, machine
from bench.sync import tree
from bench.sync.again import Again
from bench.sync.fresh import AGAIN, KUBECTL, OCTAVO, ROUND, SHAPES, Fresh, shape_words
from bench.sync.idle import Idle
from bench.sync.lasting import Sample
from bench.sync.staying import Told
from bench.sync.throttled import Throttled

MEBI = 2**20
AGAINST_KUBECTL, AGAINST_CEILING, AGAINST_REAPPLY = 3.0, 0.8, 12.0
MEMORY = 200 * MEBI
CHANGE = 1.0
# Of what was there after a tenth of the rounds: caches are warm by then.
GROWTH = 1.05


@dataclass(slots=True)
class Results:
    """What was measured; what was not asked for is not there."""

    fresh: Fresh | None = None
    free: float = 0.0
    throttled: list[Throttled] = field(default_factory=list)
    idle: Idle | None = None
    again: Again | None = None
    staying: Told | None = None
    lasting: list[Sample] = field(default_factory=list)


def markdown(results: Results) -> str:
    parts = [machine(), ""]
    for table in (
        _fresh(results.fresh) if results.fresh else (),
        _stages(results.again) if results.again else (),
        _rounds(results.lasting) if results.lasting else (),
    ):
        parts.extend(table)
    return "\n".join([*parts, *goal_rows(goals(results))]) + "\n"


def goals(results: Results) -> Iterator[Goal]:
    """Those of what was measured."""
    if results.fresh:
        yield from _fresh_goals(results.fresh)
    if results.again:
        yield from _again_goals(results.again, results.fresh)
    if results.idle:
        yield _rest_goal("outside, by a proxy", results.idle.count, dict(results.idle.others))
    if results.staying and results.again:
        yield from _change_goals(results.staying, results.again.count)
    for each in results.throttled:
        yield _throttled_goal(each, results.free)
    if results.lasting:
        yield from _lasting_goals(results.lasting)


def _fresh(found: Fresh) -> Iterator[str]:
    yield f"A fresh sync of {found.count:,} notebooks, {tree.objects(found.count):,} objects:"
    yield ""
    yield "| | objects a second | of the ceiling |"
    yield "|---|--:|--:|"
    sample = f"{found.sample} of the notebooks, taken to go on like that"
    words = {
        OCTAVO: "**`octavo sync --once`**, from a cold start",
        ROUND: "octavo's apply alone: everything read and compared",
        KUBECTL: f"`kubectl apply --server-side`, {sample}",
        AGAIN: "the same again, nothing to do",
    }
    loaders = {
        shape_words(*each): f"raw loader, {each[0]} processes of {each[1]} threads"
        for each in SHAPES
    }
    for who, said in {**words, **loaders}.items():
        share = found.ratio(who, found.ceiling)
        yield f"| {said} | {found.rate(who):,.0f} | {share:.0%} |"
    yield ""


def _stages(found: Again) -> Iterator[str]:
    yield (
        f"Nothing to do at {found.count:,} notebooks, {found.objects:,} objects: where the time of "
        "a round in one process goes."
    )
    yield ""
    yield "| | seconds | microseconds an object |"
    yield "|---|--:|--:|"
    for stage, seconds in found.spent.items():
        yield f"| {stage} | {seconds:.2f} | {seconds / found.objects * 1e6:.1f} |"
    yield ""


def _rounds(found: Sequence[Sample]) -> Iterator[str]:
    yield "The loop, every round a commit that changes a bundle:"
    yield ""
    yield "| rounds | seconds | memory, MiB | open files | threads |"
    yield "|--:|--:|--:|--:|--:|"
    for each in found:
        memory = f"{each.memory / MEBI:.1f}"
        cells = f"{memory} | {each.descriptors} | {each.threads}"
        yield f"| {each.rounds:,} | {each.seconds:,.0f} | {cells} |"
    yield ""


def _fresh_goals(found: Fresh) -> Iterator[Goal]:
    words = f"a fresh sync of {found.count:,} notebooks"
    ratio = found.ratio(OCTAVO, KUBECTL)
    yield _times(f"{words}: against `kubectl apply --server-side`", AGAINST_KUBECTL, ratio)
    for who, said in ((OCTAVO, "from a cold start"), (ROUND, "its apply alone")):
        share = found.ratio(who, found.ceiling)
        met = share >= AGAINST_CEILING
        goal = f"{words}, {said}: of the ceiling ({found.ceiling})"
        yield Goal(goal, f"{AGAINST_CEILING:.0%}", f"{share:.0%}", met)


def _again_goals(found: Again, fresh: Fresh | None) -> Iterator[Goal]:
    words = f"nothing to do at {found.count:,} notebooks"
    if fresh:
        ratio = found.objects / found.wall / fresh.rate(AGAIN)
        goal = f"{words} ({found.wall:.1f} s): against kubectl's re-apply at its rate"
        yield _times(goal, AGAINST_REAPPLY, ratio)
    asked = sum(found.requests.values())
    writes = f"{found.writes} of {asked:,} requests"
    yield Goal(f"{words}: writes", "none", writes, found.writes == 0)
    memory = f"{found.peak / MEBI:.0f} MiB"
    met = found.peak < MEMORY
    yield Goal(f"{words}: memory", f"under {MEMORY // MEBI} MiB", memory, met)


def _rest_goal(how: str, count: int, others: dict[str, int]) -> Goal:
    asked = sum(others.values())
    words = f"the loop at rest at {count:,} notebooks, seen from {how}: requests beside the watches"
    return Goal(words, "none", f"{asked:,}", asked == 0)


def _change_goals(found: Told, count: int) -> Iterator[Goal]:
    yield _rest_goal("inside", count, found.asked)
    words = (
        f"one change among {count:,} notebooks, from the fetch to the last answer "
        f"(fetch and read: {median(found.fetched):.2f} s)"
    )
    worst = max(found.changes)
    said = f"{median(found.changes):.2f} s, at worst {worst:.2f} s"
    yield Goal(words, f"under {CHANGE:.0f} s", said, worst < CHANGE)


def _throttled_goal(found: Throttled, free: float) -> Goal:
    words = f"a server that throttles by {found.way}: {found.objects:,} objects"
    lost = found.different + found.missing
    said = (
        f"{lost} lost; {found.wall:.1f} s, against {free:.1f} s without; "
        f"{found.refused:,} requests were refused"
    )
    return Goal(words, "nothing lost", said, lost == 0)


def _lasting_goals(found: Sequence[Sample]) -> Iterator[Goal]:
    last = found[-1]
    early = next(each for each in found if each.rounds * 10 >= last.rounds)
    words = f"after {last.rounds:,} rounds of the loop, against {early.rounds:,}"
    for name, now, then in (
        ("memory", last.memory / MEBI, early.memory / MEBI),
        ("open files", last.descriptors, early.descriptors),
        ("threads", last.threads, early.threads),
    ):
        said = f"{now:,.0f} against {then:,.0f}"
        yield Goal(f"{words}: {name}", f"at most {GROWTH}x", said, now <= then * GROWTH)


def _times(words: str, wanted: float, ratio: float) -> Goal:
    return Goal(words, f"{wanted:.0f}x as fast", f"{ratio:.1f}x", ratio >= wanted)
