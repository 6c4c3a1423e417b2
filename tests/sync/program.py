"""The real program, as a process with a cache of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

MOST = 120.0  # seconds; what takes longer hangs


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return f"{self.out}\n{self.err}"


@dataclass(frozen=True, slots=True)
class Octavo:
    """`octavo` as one agent of one namespace."""

    kubeconfig: Path
    cache: Path
    words: tuple[str, ...] = ()

    def sync(self, *words: str) -> Done:
        """One round."""
        with self.running("sync", "--once", *words) as process:
            return ended(process)

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on inside the `with`, and is killed after it."""
        with self.start(*words) as process:
            try:
                yield process
            finally:
                process.kill()

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A command that is on its way; see to its end yourself."""
        return subprocess.Popen(
            [sys.executable, "-m", "octavo", *words, *self.words],
            env={**_clean(), "XDG_CACHE_HOME": str(self.cache), "KUBECONFIG": str(self.kubeconfig)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def through(self, kubeconfig: Path) -> Octavo:
        """The same agent by another way to the cluster."""
        return replace(self, kubeconfig=kubeconfig)

    def adding(self, *words: str) -> Octavo:
        return replace(self, words=(*self.words, *words))


def ended(process: subprocess.Popen[str], within: float = MOST) -> Done:
    """Wait for its end."""
    with process:
        out, err = process.communicate(timeout=within)
    assert "Traceback" not in err, err
    return Done(process.returncode, out, err)


def good(done: Done) -> Done:
    """A run that has nothing to complain of."""
    assert done.code == 0, done.said
    assert "problem" not in done.said
    return done


def _clean() -> dict[str, str]:
    """Nothing of what may be set around the tests, but how Python finds its modules."""
    kept = {"HOME", "LANG", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV"}
    found = {name: value for name, value in os.environ.items() if name in kept}
    return {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "error", **found}
