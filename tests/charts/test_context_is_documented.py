"""What the docs say a chart is told is what it is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from renderer import render, rendering
from renderer.context import context_of
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/chart-language.md").read_text(encoding="utf-8")
TABLE = DOCUMENT.partition("## What the notebook chart is told")[2]


def documented() -> dict[str, set[str]]:
    """The variables, and the entries that are said of each."""
    rows = re.findall(r"^\| (`.+?) \| (.*) \|$", TABLE, re.MULTILINE)
    return {
        name: set(re.findall(r"`([a-z_]+)`", said))
        for names, said in rows
        for name in re.findall(r"`([a-z_]+)`", names)
    }


def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def watched(*arguments: Any) -> dict[str, Any]:
        found.append(context_of(*arguments))
        return found[-1]

    monkeypatch.setattr(render, "context_of", watched)
    options = rendering.Options(jobs=1, remember=False)
    rendering.write(SourceTree(ROOT), OutputDirectory(tmp_path / "out"), options)
    return found


def test_every_variable_is_documented_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = told(tmp_path, monkeypatch)
    assert len(contexts) > 3
    assert {key for context in contexts for key in context} == set(documented())


def test_the_entries_of_a_variable_are_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = documented()
    for context in told(tmp_path, monkeypatch):
        for name in ("notebook", "owner", "ports", "claims", "revisions", "service_account"):
            values = context[name] if isinstance(context[name], list) else [context[name]]
            for value in filter(None, values):
                assert set(value) == said[name] - {"none"}, name
        assert {"route", "cluster_domain", "network_policy"} == set(context["settings"])
        assert set(context["settings"]["route"]) <= said["settings"]


def test_the_example_adds_an_object(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n# charts/notebook/budget.yaml\n(.*?)```", TABLE, re.DOTALL)
    tree = tmp_path / "tree"
    for name in ("catalog", "notebooks"):
        shutil.copytree(ROOT / name, tree / name)
    settings = (ROOT / "octavo.yaml").read_text(encoding="utf-8")
    settings = settings.replace("values:\n", "values:\n  teams: {research: physics}\n", 1)
    (tree / "octavo.yaml").write_text(settings, encoding="utf-8")
    (tree / "charts/notebook").mkdir(parents=True)
    (tree / "charts/notebook/budget.yaml").write_text(example, encoding="utf-8")
    options = rendering.Options(jobs=1, remember=False)
    rendering.write(SourceTree(tree), OutputDirectory(tmp_path / "out"), options)
    made = sorted((tmp_path / "out").rglob("configmap-budget.yaml"))
    assert len(made) == len(list((tmp_path / "out/notebooks").glob("*/*")))
    assert {
        path.parts[-3]: "team: physics" in path.read_text(encoding="utf-8") for path in made
    } == {
        "finance": False,
        "research": True,
        "teaching": False,
    }
