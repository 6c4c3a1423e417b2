"""One changed Notebook among many, committed and reviewed, end to end: processes of their own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.git.peers import IDENTITY
from bench.tree import directory_of, write_tree

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Change:
    """What it took to render and commit one change, and to review it."""

    render: Sample
    review: Sample


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds by the clock, and of the processor: Octavo's with those of the git it starts."""

    wall: float
    cpu: float


def measure(folder: Path, count: int, rounds: int) -> Iterator[Change]:
    """A first render is not measured; then one change a round."""
    source = folder / f"source-{count}"
    write_tree(source, count)
    _git(source, "init", "--quiet")
    _commit(source)
    _render(folder, source)
    for number in range(rounds):
        file = source / f"{directory_of(number * count // rounds)}.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("value: ", f"value: {number}-"), encoding="utf-8")
        _commit(source)
        time.sleep(0.1)
        review = _octavo(folder, source, "review", "--base", "HEAD~1")
        yield Change(_render(folder, source), review)


def _render(folder: Path, source: Path) -> Sample:
    place = ("--repo", str(folder / f"{source.name}.git"), "--branch", "rendered")
    people = ("--author", "B <b@c.d>", "--committer", "B <b@c.d>")
    return _octavo(folder, source, "render", *place, "--quiet", *people)


def _octavo(folder: Path, source: Path, *words: str) -> Sample:
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    before, begin = _cpu(), time.perf_counter()
    command = [sys.executable, "-m", "octavo", "-C", str(source), *words]
    subprocess.run(  # noqa: S603
        command, check=True, env=environment, stdout=subprocess.DEVNULL
    )
    return Sample(time.perf_counter() - begin, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _commit(source: Path) -> None:
    _git(source, "add", "-A")
    _git(source, *IDENTITY, "commit", "--quiet", "-m", "sources")


def _git(source: Path, *words: str) -> None:
    command = ["git", "-C", str(source), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
