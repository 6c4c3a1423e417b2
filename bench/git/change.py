"""One changed Notebook among many, rendered and committed, end to end: a process of its own."""

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
class Sample:
    """Seconds by the clock, and of the processor: Octavo's with those of the git it starts."""

    wall: float
    cpu: float


def measure(folder: Path, count: int, rounds: int) -> Iterator[Sample]:
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
        yield _render(folder, source)


def _render(folder: Path, source: Path) -> Sample:
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    words = ["-C", str(source), "render", "--repo", str(folder / f"{source.name}.git")]
    words += [
        "--branch",
        "rendered",
        "--quiet",
        "--author",
        "B <b@c.d>",
        "--committer",
        "B <b@c.d>",
    ]
    before, begin = _cpu(), time.perf_counter()
    command = [sys.executable, "-m", "octavo", *words]
    subprocess.run(command, check=True, env=environment)  # noqa: S603
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
