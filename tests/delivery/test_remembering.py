"""A branch is remembered by what git calls its directories: the rest is not even read."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from renderer import sources as source_files
from renderer.errors import InputError, Problem
from renderer.git.branch import BranchOutput
from renderer.git.delivery import deliver
from renderer.git.order import Order
from renderer.git.reading import Snapshot
from renderer.git.repository import Repository
from renderer.model.notebook import Notebook
from renderer.rendering import Options
from renderer.sources import SourceTree
from renderer.tree import File
from renderer.workspace import Workspace
from tests.delivery.changing import CHANGES, lay_out, nothing, start
from tests.delivery.conftest import US, Render, Sources, git
from tests.delivery.test_incremental_property import step

TREE = "rendered^{tree}"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Notebook files that are read."""
    found: list[str] = []
    really = Workspace.notebooks_in

    def watched(self: Workspace, file: File, problems: list[Problem]) -> list[Notebook]:
        found.append(file.name)
        return really(self, file, problems)

    monkeypatch.setattr(Workspace, "notebooks_in", watched)
    monkeypatch.setattr(source_files, "UNSETTLED_NS", 0)
    return found


def test_only_the_notebook_that_changed_is_read(
    sources: Sources, render: Render, read: list[str]
) -> None:
    step(sources.root)
    render()
    assert len(read) == 3
    sources.notebook("four")
    sources.commit()
    step(sources.root)
    render()
    assert read[3:] == ["notebooks/four.yaml"]
    render()
    assert read[4:] == []


def test_what_was_changed_on_the_branch_is_rendered_again(
    sources: Sources, render: Render, read: list[str], out: Path, tmp_path: Path
) -> None:
    step(sources.root)
    render()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(clone))
    (clone / "notebooks/team/two/service.yaml").unlink()
    git(clone, "commit", "--quiet", "-am", "lost")
    git(clone, "push", "--quiet")
    read.clear()
    render()
    assert read == ["notebooks/two.yaml"]


def test_a_commit_that_was_not_taken_leaves_nothing_to_pass_over(
    sources: Sources, render: Render, read: list[str], out: Path
) -> None:
    first = render().commit
    sources.write(
        "notebooks/one.yaml",
        sources.text("notebooks/one.yaml") + "  stopped: true\n",
    )
    sources.commit()
    step(sources.root)
    second = render().commit
    assert first is not None
    git(out, "update-ref", "refs/heads/rendered", first)
    read.clear()
    render()
    assert read == ["notebooks/one.yaml"]
    assert git(out, "rev-parse", "rendered^{tree}") == git(out, "rev-parse", f"{second}^{{tree}}")


def test_a_bundle_is_known_beforehand_by_the_name_that_git_gives_it(
    sources: Sources, render: Render, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foretold: dict[str, str] = {}
    really = BranchOutput.staged_stamp

    def watched(self: BranchOutput, directory: str, change: object) -> str:
        foretold[directory] = really(self, directory, change)  # type: ignore[arg-type]
        return foretold[directory]

    monkeypatch.setattr(BranchOutput, "staged_stamp", watched)
    render()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(clone))
    for name in ("service.yaml.d/x", "service.d/x", "a/b/c", "z"):
        (clone / "notebooks/team/one" / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / "notebooks/team/one" / name).write_text("theirs", encoding="utf-8")
    (clone / "notebooks/team/one/notebook.yaml").chmod(0o755)
    git(clone, "add", "-A")
    git(clone, "commit", "--quiet", "-m", "beside")
    git(clone, "push", "--quiet")
    text = (sources.root / "catalog/base.yaml").read_text(encoding="utf-8")
    sources.write("catalog/base.yaml", text.replace("base:1", "base:2"))
    sources.commit()
    foretold.clear()
    render()
    snapshot = Snapshot(Repository.open(out), git(out, "rev-parse", "rendered"))
    assert len(foretold) == 3
    assert {name: snapshot.trees()[name] for name in foretold} == foretold


def test_after_any_changes_a_branch_is_what_a_full_render_makes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_files, "UNSETTLED_NS", 0)
    tree, random = tmp_path / "tree", Random(5)  # noqa: S311 - a choice, not a secret
    tree.mkdir()
    committed = 0
    for change in [nothing, *random.sample(CHANGES, len(CHANGES))]:
        state = start()
        change(state, random)
        lay_out(state, tree)
        step(tree)
        outcomes = []
        for name, remember in (("one", True), ("full", False)):
            order = Order(str(tmp_path / f"{name}.git"), "rendered", author=US, committer=US)
            try:
                found = deliver(SourceTree(tree), order, Options(jobs=1, remember=remember))
            except InputError as error:
                outcomes.append((str(error), ""))
                continue
            made = "".join(f"{each.changes}{each.summaries}" for each in found)
            head = git(tmp_path / f"{name}.git", "rev-parse", TREE)
            outcomes.append((made, head))
            committed += any(each.commit for each in found)
        assert outcomes[0] == outcomes[1], change
    assert committed > len(CHANGES) // 2
