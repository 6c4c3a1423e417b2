"""A repository is opened, made and asked; what would be an option is refused."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.repository import Repository
from tests.git.workshop import BRANCH, FIRST, Bench, bench, git, write


def test_a_name_that_ends_in_git_makes_a_bare_repository(tmp_path: Path) -> None:
    assert Repository.create(tmp_path / "x.git", BRANCH).is_bare
    assert not Repository.create(tmp_path / "x", BRANCH).is_bare
    assert Repository.open(tmp_path / "x").head_branch() == BRANCH


def test_a_repository_half_made_is_made_whole(tmp_path: Path) -> None:
    for name, inside in (("x.git", "x.git"), ("y", "y/.git")):
        (tmp_path / inside / "objects").mkdir(parents=True)
        Repository.create(tmp_path / name, BRANCH)
        assert bench(tmp_path / name).deliver(FIRST)


def test_a_directory_with_something_in_it_is_not_made_a_repository(tmp_path: Path) -> None:
    write(tmp_path / "x", {"thesis.tex": b""})
    with pytest.raises(GitError, match=r"not empty \(there is thesis.tex\)"):
        Repository.create(tmp_path / "x", BRANCH)
    assert not (tmp_path / "x" / ".git").exists()


def test_a_template_with_hooks_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "template", {"hooks/post-checkout": b"#!/bin/sh\n"})
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    git(tmp_path, "config", "--global", "init.templateDir", str(tmp_path / "template"))
    assert not (Repository.create(tmp_path / "x.git", BRANCH).common / "hooks").exists()


@pytest.mark.parametrize("where", ["", "b/deep", "../linked", "../linked/b"])
def test_a_repository_is_found_from_within(checkout: Bench, where: str) -> None:
    checkout.deliver(FIRST)
    checkout.git("worktree", "add", "--quiet", "-b", "other", "../linked")
    found = Repository.open(checkout.root / where)
    top = checkout.root.parent / "linked" if "linked" in where else checkout.root
    assert (found.path, found.is_bare) == (top, False)
    assert found.common == checkout.root / ".git"
    assert found.same_as(checkout.repository)
    assert found.head_branch() == ("other" if "linked" in where else BRANCH)


def test_nothing_is_found_where_there_is_none(tmp_path: Path, checkout: Bench) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(GitError, match=f"^{place}: "):
            Repository.open(place)
    assert not checkout.repository.same_as(bench(tmp_path / "another").repository)
    with pytest.raises(GitError, match="name the directory above"):
        Repository.open(checkout.root / ".git")


def test_a_bare_repository_that_is_named_is_opened(
    bare: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(bare.root, "config", "--global", "safe.bareRepository", "explicit")
    assert bare.repository.is_bare
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    assert bare.repository.path == bare.root


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_refused(checkout: Bench) -> None:
    subprocess.run(["chown", "-R", "65534", checkout.root], check=True)
    with pytest.raises(GitError, match=r"another user .* git config safe\.directory"):
        Repository.open(checkout.root)
    git(Path("/"), "config", "--global", "safe.directory", str(checkout.root))
    assert Repository.open(checkout.root).path == checkout.root


def test_a_commit_is_found_by_any_name(checkout: Bench) -> None:
    first, second = checkout.deliver(FIRST), checkout.deliver({"c": b""})
    checkout.git("tag", "-a", "v1", "-m", "one", first)
    checkout.git("tag", BRANCH, first)
    repository = checkout.repository
    names = {
        "HEAD": second,
        "HEAD~1": first,
        "v1": first,
        second[:9]: second,
        "refs/tags/v1": first,
    }
    assert {name: repository.resolve(name) for name in names} == names
    assert repository.head(BRANCH) == second  # and not the tag
    for missing in ("nothing", "1" * 40, "v2"):
        assert repository.resolve(missing) is None
    assert repository.merge_base(first, second) == first
    orphan = checkout.commit({"x": b""})
    assert repository.merge_base(orphan, second) is None


@pytest.mark.parametrize("name", ["-x", "--all", "", "a..b", "a:b", "a b", "x\n", "*", "--"])
def test_what_could_be_more_than_a_name_is_refused(checkout: Bench, name: str) -> None:
    for asked in (checkout.repository.resolve, checkout.repository.head, checkout.repository.fetch):
        with pytest.raises(GitError):
            asked(name)


@pytest.mark.parametrize(
    "name", ["HEAD", "@", "a.lock", "a/.b", "a//b", "/a", "a/", "a@{1}", "a~1"]
)
def test_a_branch_has_a_name_that_git_takes(checkout: Bench, name: str) -> None:
    for asked in (checkout.repository.head, checkout.repository.fetch):
        with pytest.raises(GitError, match="no name that a branch can have"):
            asked(name)


def test_what_is_not_committed_is_found(checkout: Bench) -> None:
    checkout.deliver(FIRST | {".gitignore": b"*.log\n"})
    write(checkout.root, {"a/one.yaml": b"1\n", "a/new ü": b"", "b/x.log": b"", "c": b""})
    (checkout.root / "b/deep/three.yaml").unlink()
    checkout.git("add", "c")
    found = checkout.repository.is_dirty
    assert sorted(found([])) == ["a/new ü", "a/one.yaml", "b/deep/three.yaml", "c"]
    assert sorted(found(["a"])) == ["a/new ü", "a/one.yaml"]
    assert found(["a/two ü.yaml", "nowhere", "*"]) == []


def test_nothing_is_dirty_where_nothing_is_checked_out(bare: Bench) -> None:
    assert bare.repository.is_dirty([]) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://robot:glpat-1@git.example.com/x.git", "https://git.example.com/x.git"),
        ("https://glpat-1@git.example.com:8443/x.git", "https://git.example.com:8443/x.git"),
        ("ssh://git:glpat-1@git.example.com/x", "ssh://git@git.example.com/x"),
        ("git@git.example.com:x/y.git", "git@git.example.com:x/y.git"),
        ("git://127.0.0.1/x", "git://127.0.0.1/x"),
    ],
)
def test_a_remote_is_told_without_credentials(checkout: Bench, url: str, shown: str) -> None:
    checkout.git("remote", "add", "origin", url)
    repository = checkout.repository
    assert repository.remote == shown
    assert "glpat" not in f"{repository} {repository.address!r}"


def test_a_remote_that_is_a_path_is_one_from_the_worktree(checkout: Bench, bare: Bench) -> None:
    checkout.git("remote", "add", "backup", os.path.relpath(bare.root, checkout.root))
    assert checkout.repository.remote == str(bare.root)
    bare.deliver(FIRST)
    repository = checkout.repository
    assert repository.fetch(BRANCH) == bare.repository.head(BRANCH)
    assert repository.head(BRANCH) is None
    assert repository.fetch("other") is None


def test_the_remote_that_git_pushes_to_is_the_one(checkout: Bench) -> None:
    for name in ("zeta", "origin", "mine"):
        checkout.git("remote", "add", name, f"https://{name}.example.com/x")
    assert checkout.repository.remote == "https://origin.example.com/x"
    checkout.git("config", "remote.origin.pushurl", "https://push.example.com/x")
    assert checkout.repository.remote == "https://push.example.com/x"
    checkout.git("config", "remote.pushDefault", "mine")
    assert checkout.repository.remote == "https://mine.example.com/x"


def test_no_remote_is_nowhere(checkout: Bench) -> None:
    assert checkout.repository.remote == ""
    with pytest.raises(GitError, match="there is no remote to fetch from"):
        checkout.repository.fetch(BRANCH)
