"""One round in this process, stage by stage: where octavo's own time goes."""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.sync.once import peak


class Clock:
    """Seconds between one word and the next."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    def told(self, stage: str) -> None:
        now = time.perf_counter()
        self.spent[stage] = now - self._last
        self._last = now


def round_of(kubeconfig: str, directory: str) -> dict[str, Any]:
    """Seconds of each stage, and how many objects were written."""
    clock = Clock()
    from sync import shelf
    from sync.cluster import connect
    from sync.memory import Memory
    from sync.policy import Policy
    from sync.rounds import Rounds, Scope, Source
    from sync.sources import SourceSpec, open_source

    clock.told("imports")
    policy = Policy()
    snapshot = open_source(SourceSpec(directory=directory)).fetch()
    clock.told("list the source")
    read = shelf.read(snapshot, policy)
    clock.told("read the bundles")
    snapshot.check_whole()
    clock.told("look again whether the source is whole")
    gc.collect()
    cluster = connect(kubeconfig)
    identity = cluster.identity()
    rounds = Rounds(cluster, policy, Memory())
    clock.told("connect")
    rounds.survey(read, Scope())
    clock.told("survey")
    report, _ = rounds.make(read, Source(snapshot.held), Scope(), identity)
    clock.told("survey and apply")
    written, problems = report.written, len(report.problems) + len(report.unpruned)
    return {"spent": clock.spent, "written": written, "problems": problems, "peak": peak()}


def main(kubeconfig: str, directory: str, note: Path) -> None:
    note.write_text(json.dumps(round_of(kubeconfig, directory)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
