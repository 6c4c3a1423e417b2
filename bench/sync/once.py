"""Runs octavo's own main, as its script does, and notes what it took of memory and processor."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path


def main(note: Path) -> int:
    from octavo.__main__ import main as octavo

    code = 1
    try:
        code = octavo()
    finally:
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        note.write_text(json.dumps({"code": code, "cpu": cpu, "peak": peak()}), encoding="utf-8")
    return code


def peak() -> int:
    """The most memory that this program had. `ru_maxrss` would count that of who started it."""
    return _status("VmHWM:")


def resident() -> int:
    """What it has now."""
    return _status("VmRSS:")


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - one less is open so


def _status(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    note = Path(sys.argv[1])
    sys.argv = ["octavo", *sys.argv[2:]]
    sys.exit(main(note))
