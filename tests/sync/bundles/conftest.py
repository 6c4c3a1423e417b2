"""Source trees rendered by the program, as a pull request would have them rendered."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
TESTS = REPOSITORY / "tests"

Render = Callable[[str], Path]
Files = dict[str, bytes]


def sample(tree: Path, routing: str) -> None:
    for part in ("catalog", "notebooks"):
        shutil.copytree(REPOSITORY / part, tree / part)
    settings = (REPOSITORY / "octavo.yaml").read_text(encoding="utf-8")
    assert settings.count("kind: istio") == 1
    chosen = settings.replace("kind: istio", f"kind: {routing}")
    (tree / "octavo.yaml").write_text(chosen, encoding="utf-8")


def seed(tree: Path, name: str) -> None:
    """`000/template`: a seed's Notebook beside one file of its catalog, or beside none."""
    directory, _, catalog = name.partition("/")
    (tree / "notebooks").mkdir()
    shutil.copy(TESTS / "seeds" / directory / "notebook.yaml", tree / "notebooks")
    if catalog:
        (tree / "catalog").mkdir()
        shutil.copy(TESTS / "seeds" / directory / f"{catalog}.yaml", tree / "catalog")


def golden(tree: Path, name: str) -> None:
    kept = shutil.ignore_patterns("rendered", "previous")
    shutil.copytree(TESTS / "bundles" / name, tree, dirs_exist_ok=True, ignore=kept)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """The output for a tree, named like `sample istio`, `seed 000/catalog` or `golden FOLDER`."""
    outputs: dict[str, Path] = {}

    def render(named: str) -> Path:
        if named not in outputs:
            outputs[named] = _rendered(named, tmp_path_factory.mktemp("tree"))
        return outputs[named]

    return render


def _rendered(named: str, directory: Path) -> Path:
    tree, output = directory / "source", directory / "output"
    tree.mkdir()
    how, _, which = named.partition(" ")
    {"sample": sample, "seed": seed, "golden": golden}[how](tree, which)
    words = ["render", "-C", str(tree), "--out", str(output), "--jobs", "1"]
    subprocess.run(
        [sys.executable, "-m", "octavo", *words], check=True, capture_output=True, cwd=directory
    )
    return output
