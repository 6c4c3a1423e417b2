"""Where the time of `octavo render` goes: stages by the clock, functions by the profiler.

The stages are timed without the profiler, which makes small functions look dearer than they are.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.prepare import Work
from bench.tree import write_tree
from renderer import render, rendering, revisions, verdict, workspace
from renderer.batch import Batch
from renderer.compose.composer import Composer
from renderer.compose.layers import Selector
from renderer.destination import OutputDirectory
from renderer.rendering import Options, write
from renderer.revisions import Snapshots
from renderer.sources import SourceFile, SourceTree
from renderer.templating.chart import Chart

STAGES: tuple[tuple[Any, str, str], ...] = (
    (rendering, "open_workspace", "settings, catalog and charts"),
    (SourceFile, "read", "read the notebook's file"),
    (workspace, "load_all", "YAML to documents"),
    (workspace, "sort_documents", "documents to model"),
    (OutputDirectory, "read", "read the bundle that stands"),
    (Selector, "select", "choose the fragments"),
    (Snapshots, "of", "snapshot"),
    (revisions, "plan", "revisions"),
    (revisions, "restore", "restore the revision"),
    (Composer, "compose", "compose the pod"),
    (verdict, "of_notebook", "check the notebook"),
    (verdict, "of_pod", "check the pod"),
    (render, "context_of", "context of the chart"),
    (Chart, "render", "chart"),
    (render, "bundle_of", "bundle"),
    (OutputDirectory, "stage", "write into staging"),
    (OutputDirectory, "staged_stamp", "stamp"),
    (OutputDirectory, "publish", "move into place"),
    (Batch, "namespaces", "bundles of namespaces"),
)


def show(root: Path, count: int, lines: int) -> None:
    """Prints microseconds for each notebook, by stage and by function."""
    work = Work(root)
    write_tree(work.tree(count), count)
    runs = iter(range(1000))

    def run() -> None:
        out = OutputDirectory(root / f"out-{next(runs)}")
        write(SourceTree(work.tree(count)), out, Options(jobs=1, remember=False))

    run()
    spent, whole = _stages(run)
    for stage, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{seconds / count * 1e6:8.0f}  {stage}")
    print(f"{(whole - sum(spent.values())) / count * 1e6:8.0f}  the rest")
    print(f"{whole / count * 1e6:8.0f}  microseconds for each of {count} notebooks\n")
    profile = cProfile.Profile()
    profile.runcall(run)
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(lines)


def _stages(run: Callable[[], None]) -> tuple[dict[str, float], float]:
    """Seconds in each stage without the stages that it calls, and in all."""
    spent: defaultdict[str, float] = defaultdict(float)
    inner = [0.0]

    def timed(function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            inner.append(0.0)
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.perf_counter() - start
                spent[stage] += whole - inner.pop()
                inner[-1] += whole

        return call

    originals = [(owner, name, getattr(owner, name)) for owner, name, _ in STAGES]
    try:
        for owner, name, stage in STAGES:
            setattr(owner, name, timed(getattr(owner, name), stage))
        start = time.perf_counter()
        run()
        return spent, time.perf_counter() - start
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)
