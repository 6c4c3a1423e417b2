"""Rendering into a repository: one commit of what changed, upon what stands, or none at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import GitError, InputError, OutputError
from renderer.output import Change
from tests.delivery.conftest import Render, Sources, bundles, git, listed
from tests.git.failing import COMPLAINT, failing

ALL = {"namespaces/team", "notebooks/team/one", "notebooks/team/three", "notebooks/team/two"}


def message(repository: Path, ref: str = "rendered") -> str:
    return git(repository, "log", "-1", "--format=%B", ref)


def test_a_repository_that_is_not_there_is_made_and_holds_all_bundles(
    render: Render, out: Path
) -> None:
    made = render()
    assert made.commit == git(out, "rev-parse", "rendered")
    assert git(out, "rev-parse", "--is-bare-repository") == "true"
    assert bundles(out) == ALL
    assert git(out, "cat-file", "blob", "rendered:.octavo").startswith("# Rendered by Octavo.")
    git(out, "fsck", "--strict")


def test_the_message_lists_what_changed_and_says_what_it_was_rendered_from(
    sources: Sources, render: Render, out: Path
) -> None:
    render()
    sources.notebook("four")
    sources.write("notebooks/one.yaml", sources.text("notebooks/one.yaml") + "  env: []\n")
    (sources.root / "notebooks/two.yaml").unlink()
    commit = sources.commit()
    render()
    assert message(out) == (
        "Render 3 notebooks: 1 added, 1 changed, 1 removed\n\n"
        "added    notebooks/team/four\n"
        "changed  notebooks/team/one\n"
        "removed  notebooks/team/two\n\n"
        f"Octavo-Source: {commit}\n"
        "Octavo-Version: 1.2"
    )
    trailers = git(out, "log", "-1", "--format=%(trailers:only,unfold)", "rendered")
    assert trailers == f"Octavo-Source: {commit}\nOctavo-Version: 1.2"
    assert bundles(out) == ALL - {"notebooks/team/two"} | {"notebooks/team/four"}


def test_only_what_changed_is_in_the_commit(sources: Sources, render: Render, out: Path) -> None:
    render()
    sources.write(
        "catalog/base.yaml",
        sources.text("catalog/base.yaml").replace("base:1", "base:2"),
    )
    sources.commit()
    render()
    changed = git(out, "diff", "--name-only", "rendered~1", "rendered").splitlines()
    assert {path.rpartition("/")[0] for path in changed} == ALL - {"namespaces/team"}
    assert not any(path.endswith("/service.yaml") for path in changed)


def test_where_nothing_changed_there_is_no_commit(
    sources: Sources, render: Render, out: Path
) -> None:
    first = render()
    sources.write("README.md", "of no consequence")
    sources.commit()
    again = render()
    assert (again.commit, again.changes) == (None, [])
    assert git(out, "rev-parse", "rendered") == first.commit


def test_files_of_others_stay(sources: Sources, render: Render, out: Path, tmp_path: Path) -> None:
    render()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(clone))
    theirs = ["README.md", "notebooks/team/one/NOTES.md", "notebooks/team/two/sub/deep.txt", "x/y"]
    for name in theirs:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("theirs", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "--quiet", "-m", "theirs")
    git(clone, "push", "--quiet")
    for name in ("one", "two"):
        (sources.root / f"notebooks/{name}.yaml").unlink()
    sources.commit()
    render()
    left = set(listed(out))
    assert set(theirs) <= left
    assert not any(path.startswith("notebooks/team/one/") for path in left - set(theirs))


def test_a_file_of_others_in_the_place_of_ours_is_not_overwritten(
    sources: Sources, render: Render, out: Path, tmp_path: Path
) -> None:
    render()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(clone))
    (clone / "notebooks/team/four").mkdir()
    (clone / "notebooks/team/four/service.yaml").write_text("theirs", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "--quiet", "-m", "theirs")
    git(clone, "push", "--quiet")
    sources.notebook("four")
    sources.commit()
    before = git(out, "rev-parse", "rendered")
    with pytest.raises(
        OutputError, match=r"notebooks/team/four/service.yaml is not a file that Oct"
    ):
        render()
    assert git(out, "rev-parse", "rendered") == before


@pytest.mark.parametrize("place", ["notebooks", "notebooks/team", "notebooks/team/one", "a/b"])
def test_a_link_in_the_place_of_a_directory_is_refused(
    sources: Sources, render: Render, tmp_path: Path, place: str
) -> None:
    theirs = tmp_path / "theirs"
    git(tmp_path, "init", "--quiet", "-b", "rendered", str(theirs))
    path = theirs / place if not place.startswith("a") else theirs / "a"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/tmp")  # noqa: S108 - it is where a trap would lead
    git(theirs, "add", "-A")
    git(theirs, "commit", "--quiet", "-m", "a trap")
    git(theirs, "checkout", "--quiet", "--detach")
    where = {"path": place} if place.startswith("a") else {}
    assert sources.root.exists()
    with pytest.raises(OutputError, match="is no directory"):
        render(repository=str(theirs), adopt=True, **where)


def test_what_was_changed_by_hand_is_put_right(render: Render, out: Path, tmp_path: Path) -> None:
    render()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-b", "rendered", str(out), str(clone))
    file = clone / "notebooks/team/one/service.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "# by hand\n", encoding="utf-8")
    (clone / "notebooks/team/three/more.yaml").write_text(good, encoding="utf-8")
    git(clone, "rm", "--quiet", "notebooks/team/two/service.yaml")
    git(clone, "add", "-A")
    git(clone, "commit", "--quiet", "-m", "by hand")
    git(clone, "push", "--quiet")
    assert [change for change, _ in render().changes] == [
        "notebooks/team/one",
        "notebooks/team/three",
        "notebooks/team/two",
    ]
    assert git(out, "diff", "--name-only", "rendered~2", "rendered") == ""


def test_nothing_is_committed_where_there_is_a_problem(
    sources: Sources, render: Render, out: Path
) -> None:
    before = render().commit
    sources.write("notebooks/one.yaml", "kind: nonsense\n")
    sources.notebook("four")
    sources.commit()
    with pytest.raises(InputError):
        render()
    assert git(out, "rev-parse", "rendered") == before


def test_an_empty_tree_does_not_empty_a_branch_unless_it_is_allowed_to(
    sources: Sources, render: Render, out: Path
) -> None:
    before = render().commit
    for name in ("one", "two", "three"):
        (sources.root / f"notebooks/{name}.yaml").unlink()
    sources.commit()
    with pytest.raises(OutputError, match="--allow-empty"):
        render()
    assert git(out, "rev-parse", "rendered") == before
    render(allow_empty=True)
    assert listed(out) == [".octavo"]


# --- refusals


def test_dirty_sources_are_refused_or_said_to_be_dirty(
    sources: Sources, render: Render, out: Path
) -> None:
    commit = sources.commit()
    sources.notebook("four")
    with pytest.raises(GitError, match=r"notebooks/four.yaml; commit them, or say --allow-dirty"):
        render()
    render(allow_dirty=True)
    assert f"Octavo-Source: {commit}-dirty" in message(out)


def test_a_file_that_git_was_told_to_ignore_is_dirt_as_well(
    sources: Sources, render: Render
) -> None:
    sources.write(".gitignore", "secret.yaml\n")
    sources.commit()
    sources.write(
        "notebooks/secret.yaml",
        sources.text("notebooks/one.yaml").replace("one", "secret"),
    )
    with pytest.raises(GitError, match=r"notebooks/secret.yaml"):
        render()


def test_what_is_no_source_may_be_dirty(sources: Sources, render: Render, out: Path) -> None:
    commit = sources.commit()
    sources.write("README.md", "half a sentence")
    render()
    assert f"Octavo-Source: {commit}\n" in message(out)


def test_sources_that_are_in_no_repository_have_no_commit_to_name(
    sources: Sources, render: Render, out: Path
) -> None:
    (sources.root / ".git").rename(sources.root.parent / "elsewhere")
    render()
    assert "Octavo-Source" not in message(out)
    assert "Octavo-Version: 1.2" in message(out)


def test_the_branch_of_the_sources_is_refused_and_another_one_is_not(
    sources: Sources, render: Render
) -> None:
    here = str(sources.root)
    with pytest.raises(GitError, match="the sources are checked out from the branch main"):
        render(repository=here, branch="main")
    head = git(sources.root, "rev-parse", "main")
    render(repository=here)
    assert bundles(sources.root) == ALL
    assert git(sources.root, "rev-parse", "main") == head
    assert git(sources.root, "status", "--porcelain") == ""
    assert git(sources.root, "log", "--format=%s", "rendered") == "Render 3 notebooks: 3 added"


@pytest.mark.parametrize("command", ["symbolic-ref --quiet --short", "ls-files"])
def test_nothing_is_committed_where_git_cannot_say_how_the_sources_stand(
    sources: Sources, render: Render, command: str, tmp_path: Path
) -> None:
    before = git(sources.root, "for-each-ref")
    with (
        failing(tmp_path / "bin", command),
        pytest.raises(GitError, match=f"^{sources.root}: git says: {COMPLAINT}$"),
    ):
        render(repository=str(sources.root), branch="main", adopt=True)
    assert git(sources.root, "for-each-ref") == before


def test_a_branch_that_others_made_is_refused_until_it_is_adopted(
    render: Render, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    git(tmp_path, "init", "--quiet", "-b", "rendered", str(theirs))
    (theirs / "README.md").write_text("theirs", encoding="utf-8")
    git(theirs, "add", "-A")
    git(theirs, "commit", "--quiet", "-m", "theirs")
    with pytest.raises(GitError, match=r"such as README.md: name another --branch or --path, or"):
        render(repository=str(theirs))
    render(repository=str(theirs), path="clusters/eu")
    assert {"README.md", "clusters/eu/.octavo"} <= set(listed(theirs))
    assert (theirs / "clusters/eu/notebooks/team/one/service.yaml").is_file()
    assert git(theirs, "status", "--porcelain") == ""
    render(repository=str(theirs), adopt=True)
    render(repository=str(theirs))
    assert {"README.md", ".octavo", "notebooks/team/one/service.yaml"} <= set(listed(theirs))


def test_a_worktree_with_work_in_it_is_refused(render: Render, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    render(repository=str(mine))
    (mine / "notebooks/team/one/service.yaml").write_text("half done", encoding="utf-8")
    with pytest.raises(GitError, match="not committed"):
        render(repository=str(mine))
    assert (mine / "notebooks/team/one/service.yaml").read_text(encoding="utf-8") == "half done"


@pytest.mark.parametrize("branch", ["-x", "a..b", "a b", "a~1", "x.lock", "HEAD", "a//b", "/a"])
def test_a_branch_that_git_would_not_take_is_refused(
    render: Render, out: Path, branch: str
) -> None:
    with pytest.raises(GitError, match="is no name that a branch can have"):
        render(branch=branch)
    assert not out.exists()


def test_the_author_the_committer_and_the_subject_are_as_asked(render: Render, out: Path) -> None:
    render(subject="Ours to say")
    said = git(out, "log", "-1", "--format=%an <%ae> %cn <%ce> %s", "rendered")
    us = "Renderer <renderer@example.com>"
    assert said == f"{us} {us} Ours to say"


def test_changes_are_named_by_their_path(render: Render, out: Path) -> None:
    made = render(path="clusters/eu")
    assert ("clusters/eu/notebooks/team/one", Change.ADDED) in made.changes
    assert message(out).startswith("Render 3 notebooks: 3 added\n")
