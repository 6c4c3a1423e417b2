"""The README's commands for a cluster do what it says, on a real one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```yaml\n# ([a-z/]+\.yaml): .*?\n(.*?)```", README, re.DOTALL))
COMMANDS = [
    found.partition("#")[0].strip()
    for found in re.findall(r"^\$ (octavo .*)$", README, re.MULTILINE)
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The example of the README, with a route that needs nothing installed."""
    for name, text in BLOCKS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(re.sub("routing: .*", "routing: none", text), encoding="utf-8")
    return tmp_path


def test_its_commands_bring_a_cluster_to_the_bundles(
    own_control_plane: Callable[..., Any], tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own_control_plane()
    crd, diff, sync, watch = COMMANDS
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tree / "cache"))

    def run(command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", *shlex.split(command)]
        return subprocess.run(
            words, cwd=tree, check=False, capture_output=True, text=True, input=stdin
        )

    assert run("octavo render --out rendered").returncode == 0
    definition, _, kubectl = crd.partition(" | ")
    server.cluster.kubectl(*shlex.split(kubectl)[1:], stdin=run(definition).stdout)
    said = run(diff)
    assert (said.returncode, "Notebook team-a/churn" in said.stdout) == (1, True), said.stdout
    said = run(sync)
    assert said.returncode == 0, said.stdout + said.stderr
    assert run(diff).returncode == 0
    assert run(sync).stdout == "2 bundles: nothing to do\n"
    assert "--watch" in watch
