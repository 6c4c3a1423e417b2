"""What a test holds of the control plane: a namespace of its own, and kubectl."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAIT = 30.0
POLL = 0.1


class KubectlError(Exception):
    """What kubectl said when it failed."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A namespace of a real API server; `kubeconfig` is of an admin."""

    kubeconfig: Path
    namespace: str
    program: str

    def kubectl(self, *words: str, stdin: str = "") -> str:
        command = [
            self.program,
            f"--kubeconfig={self.kubeconfig}",
            f"--cache-dir={self.kubeconfig.parent / 'discovery'}",
            f"--namespace={self.namespace}",
            *words,
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words)}\n{done.stderr}")
        return done.stdout

    def apply(self, manifests: str, *flags: str, manager: str = "octavo") -> str:
        """Apply YAML or JSON on the server's side; `--dry-run=server` only asks."""
        words = ("apply", "--server-side", f"--field-manager={manager}", "--filename=-", *flags)
        return self.kubectl(*words, stdin=manifests)

    def get(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """The object, or None where there is none."""
        found = self.kubectl("get", kind, name, "--output=json", "--ignore-not-found")
        return json.loads(found) if found else None

    def eventually(self, happened: Callable[[], bool]) -> None:
        """Wait until it has happened; an AssertionError says that it did not."""
        give_up = time.monotonic() + WAIT
        while not happened():
            if time.monotonic() > give_up:
                raise AssertionError(f"did not happen within {WAIT:.0f} seconds")
            time.sleep(POLL)
