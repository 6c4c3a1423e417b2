"""A small source tree in a repository of its own, and what commits come of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from renderer.git.delivery import Delivered, deliver
from renderer.git.order import Order
from renderer.git.writing import Author
from renderer.rendering import Options
from renderer.sources import SourceTree

CATALOG = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {{name: {name}, namespace: team}}
spec:
  owner: alice
  templateRef: {{name: base, namespace: kf}}
"""
US = Author("Renderer", "renderer@example.com")


def git(directory: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(directory), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Sources:
    """Files that are committed with one word."""

    root: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def notebook(self, name: str) -> None:
        self.write(f"notebooks/{name}.yaml", NOTEBOOK.format(name=name))

    def commit(self) -> str:
        git(self.root, "add", "-A")
        git(self.root, "commit", "--quiet", "--allow-empty", "-m", "sources")
        return git(self.root, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\nname = Somebody\nemail = somebody@example.com\n", encoding="utf-8"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    made = Sources(tmp_path / "sources")
    made.root.mkdir()
    git(made.root, "init", "--quiet", "-b", "main")
    made.write("octavo.yaml", "values: {a: one}\n")
    made.write("catalog/base.yaml", CATALOG)
    for name in ("one", "two", "three"):
        made.notebook(name)
    made.commit()
    return made


Render = Callable[..., Delivered]


@pytest.fixture
def render(sources: Sources, tmp_path: Path) -> Render:
    """Renders into a bare repository, or into what is named."""

    def run(**changes: Any) -> Delivered:
        fresh = Options(jobs=1, allow_empty=changes.pop("allow_empty", False))
        order = Order(str(tmp_path / "out.git"), "rendered", author=US, committer=US, version="1.2")
        (delivered,) = deliver(SourceTree(sources.root), replace(order, **changes), fresh)
        return delivered

    return run


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.git"


def listed(repository: Path, ref: str = "rendered") -> list[str]:
    """Every path of a branch, in order."""
    return git(repository, "ls-tree", "-r", "--name-only", ref).splitlines()


def bundles(repository: Path, ref: str = "rendered") -> set[str]:
    """The directories of a branch that hold bundles."""
    return {path.rpartition("/")[0] for path in listed(repository, ref) if "/" in path}
