"""Measures one peer in this process, and tells the result as JSON."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bench.prepare import Work


def main(name: str, count: int, root: Path, cores: str) -> None:
    # Before anything is loaded that looks how many cores there are.
    os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    from bench.peers import PEERS

    work = Work(root)
    task = PEERS[name](work, count)
    gc.collect()
    before, start = _processor(), time.perf_counter()
    task()
    wall, after = time.perf_counter() - start, _processor()
    print(json.dumps({"wall": wall, "cpu": after - before, "peak": _peak()}))


def _processor() -> float:
    """Seconds of user and system time, with those of finished child processes."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used: list[Any] = [resource.getrusage(who) for who in whose]
    return float(sum(each.ru_utime + each.ru_stime for each in used))


def _peak() -> int:
    """The most memory that this program had. `ru_maxrss` would count that of who started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
