"""Where the programs of the control plane are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "controlplane.sh"


class MissingError(Exception):
    """A program that is needed is not here; the message says how to come by it."""


def find() -> Path:
    """The directory that holds etcd and kube-apiserver, or MissingError."""
    found = subprocess.run([SCRIPT, "--find"], check=False, capture_output=True, text=True)
    if found.returncode:
        raise MissingError(found.stderr.strip())
    return Path(found.stdout.strip())


def kubectl() -> str:
    """The kubectl of this machine, or MissingError."""
    path = shutil.which("kubectl")
    if not path:
        raise MissingError(
            "no kubectl on PATH: `make test` installs Debian's, as root or with sudo"
        )
    return path
