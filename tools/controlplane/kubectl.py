"""kubectl, as a function."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class KubectlError(Exception):
    """What kubectl said when it failed."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl as one user in one namespace; `folder` is where it may keep what it learns."""

    program: str
    kubeconfig: Path
    namespace: str
    folder: Path

    def __call__(self, *words: str, stdin: str = "") -> str:
        command = [
            self.program,
            f"--kubeconfig={self.kubeconfig}",
            f"--cache-dir={self.folder / 'discovery'}",
            f"--namespace={self.namespace}",
            *words,
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words)}\n{done.stderr}")
        return done.stdout

    def create(self, *objects: Mapping[str, Any]) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        self("create", "--filename=-", stdin=json.dumps(listed))
