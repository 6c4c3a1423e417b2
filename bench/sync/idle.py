"""What `octavo sync --watch` asks of the server while nothing happens: a proxy counts."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from controlplane.faults import Proxy, faults

from bench.sync.plane import Plane
from bench.sync.programs import BrokenError, Programs
from sync.agent.statuses import LATER

REST, PATIENCE = 20.0, 600.0
# Nobody makes pods here: notebooks are looked at some times more, the last time after so long.
CALM = LATER[-1] + 5.0
ASKING = "1s"
POLL = 0.1


@dataclass(frozen=True, slots=True)
class Idle:
    """Requests while at rest for some seconds, by method; watches apart."""

    count: int
    seconds: float
    watches: int
    others: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and with what."""

    plane: Plane
    programs: Programs
    say: Callable[[str], None]

    def run(self, repository: Path, count: int) -> Idle:
        """The cluster must be as the repository says, or nearly."""
        self.say(f"at rest at {count:,} notebooks")
        where = ("--repo", str(repository), "--interval", ASKING, "--listen", "127.0.0.1:0")
        note = str(self.programs.folder / "watch.json")
        with faults(self.plane.kubeconfig) as proxy:
            words = ("bench.sync.once", note, "sync", "--watch", *where)
            with self.programs.start(proxy.kubeconfig, *words) as process:
                try:
                    _settle(proxy, process)
                    return self._rest(proxy, count)
                finally:
                    process.send_signal(signal.SIGTERM)

    def _rest(self, proxy: Proxy, count: int) -> Idle:
        before = len(proxy.requests)
        time.sleep(REST)
        asked = proxy.requests[before:]
        others = Counter(f"{method} {path}" for method, path in asked if not is_watch(path))
        watches = sum(is_watch(path) for _, path in proxy.requests)
        self.say(f"  {watches} watches; beside them in {REST:.0f} s: {dict(others)}")
        return Idle(count, REST, watches, others)


def is_watch(path: str) -> bool:
    return "watch=" in path


def _settle(proxy: Proxy, process: subprocess.Popen[str]) -> None:
    """Wait until nothing but watches was asked for a while."""
    give_up = time.monotonic() + PATIENCE
    seen, since = 0, time.monotonic()
    while not seen or time.monotonic() - since < CALM:
        if process.poll() is not None or time.monotonic() > give_up:
            said = process.stderr.read()[-2000:] if process.stderr and process.poll() else ""
            raise BrokenError(f"`octavo sync --watch` did not come to rest: {said}")
        found = proxy.seen(lambda _, path: not is_watch(path))
        if found != seen:
            seen, since = found, time.monotonic()
        time.sleep(POLL)
