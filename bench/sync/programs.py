"""Runs the programs that are compared, each in a process of its own, and times them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sync import REPOSITORY
from bench.sync.plane import Plane


class BrokenError(Exception):
    """What was measured did not do what it should: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run by the clock, the most memory in bytes, and what it printed."""

    wall: float
    peak: int
    cpu: float
    said: str


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder for caches and notes of the programs."""

    folder: Path

    def octavo(self, kubeconfig: Path, *words: str, good: Sequence[int] = (0,)) -> Run:
        """`octavo WORDS` from a cold start."""
        note = self.folder / "once.json"
        start = time.perf_counter()
        done = self.python("bench.sync.once", str(note), *words, KUBECONFIG=str(kubeconfig))
        wall = time.perf_counter() - start
        told = json.loads(note.read_bytes())
        if told["code"] not in good:
            raise BrokenError(
                f"octavo {' '.join(words)}: {done.stderr[-2000:]}{done.stdout[-500:]}"
            )
        return Run(wall, told["peak"], told["cpu"], done.stdout)

    def sync(self, kubeconfig: Path, bundles: Path, *more: str) -> Run:
        """`octavo sync --once` of a directory."""
        return self.octavo(kubeconfig, "sync", "--once", "--from", str(bundles), *more)

    def inside(self, plane: Plane, bundles: Path) -> Mapping[str, Any]:
        """The stages of a round, in a process that has nothing else to do."""
        note = self.folder / "inside.json"
        self.python("bench.sync.inside", str(plane.kubeconfig), str(bundles), str(note))
        told: dict[str, Any] = json.loads(note.read_bytes())
        if told["problems"]:
            raise BrokenError(f"a round in process met {told['problems']} problems")
        return told

    def kubectl(self, plane: Plane, files: Path) -> float:
        """Seconds of `kubectl apply --server-side`."""
        words = ("apply", "--server-side", "--recursive", f"--filename={files}")
        start = time.perf_counter()
        self._run(self._kubectl(plane, *words))
        return time.perf_counter() - start

    def load(self, plane: Plane, bodies: Path, processes: int, threads: int) -> float:
        """Objects a second of the raw loader."""
        where = (plane.url, str(plane.authority), plane.token)
        shape = (str(processes), str(threads))
        told = json.loads(self.python("bench.sync.loader", str(bodies), *where, *shape).stdout)
        if told["refused"]:
            raise BrokenError(f"the raw loader was refused {told['refused']} objects")
        return float(told["objects"] / told["wall"])

    def start(self, kubeconfig: Path, module: str, *words: str) -> subprocess.Popen[str]:
        """A program that goes on; stop it yourself."""
        return subprocess.Popen(  # noqa: S603
            (sys.executable, "-m", module, *words),
            cwd=REPOSITORY,
            env=self._environment(KUBECONFIG=str(kubeconfig)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _kubectl(self, plane: Plane, *words: str) -> tuple[str, ...]:
        cache = f"--cache-dir={self.folder / 'kubectl'}"
        return (plane.cluster.program, f"--kubeconfig={plane.kubeconfig}", cache, *words)

    def python(self, module: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self._run((sys.executable, "-m", module, *words), **more)

    def _run(self, command: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603
            command,
            check=False,
            cwd=REPOSITORY,
            env=self._environment(**more),
            capture_output=True,
            text=True,
        )
        is_octavo = "bench.sync.once" in command  # its codes are read from its note
        if done.returncode and not is_octavo:
            raise BrokenError(f"{' '.join(command[:6])} ...: {done.stderr[-2000:]}")
        return done

    def _environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "XDG_CACHE_HOME": str(self.folder / "cache"), **more}
