"""The mirror of a URL: private, one writer at a time, and made again when it is broken."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.commands import Access
from renderer.git.repository import Repository
from tests.git.test_kills import in_a_fork, stopping
from tests.git.workshop import BRANCH, FIRST, Bench, bench, files_of, git

NONE = Access()


@pytest.fixture
def server(tmp_path: Path) -> Bench:
    place = bench(tmp_path / "srv" / "rendered.git")
    place.deliver(FIRST)
    return place


def mirror(server: Bench) -> Repository:
    return Repository.mirror(f"file://{server.root}", NONE)


def test_a_mirror_has_what_is_there_now(server: Bench) -> None:
    repository = mirror(server)
    assert repository.remote == str(repository) == f"file://{server.root}"
    assert repository.fetch(BRANCH) == server.repository.head(BRANCH)
    server.deliver({"c": b""}, ["a"])
    assert repository.fetch(BRANCH) == repository.head(BRANCH) == server.repository.head(BRANCH)
    assert files_of(repository) == server.files()


def test_history_is_not_fetched(server: Bench) -> None:
    server.deliver({"c": b""})
    repository = mirror(server)
    repository.fetch(BRANCH)
    assert repository.ask("rev-list", "--count", BRANCH) == "1"


def test_a_branch_that_went_away_or_begins_anew_is_seen(server: Bench) -> None:
    repository = mirror(server)
    repository.fetch(BRANCH)
    server.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    assert repository.fetch(BRANCH) is None
    assert repository.head(BRANCH) is None
    again = server.deliver({"again": b""})
    assert repository.fetch(BRANCH) == again


def test_an_empty_repository_has_no_branch(tmp_path: Path) -> None:
    place = bench(tmp_path / "srv" / "empty.git")
    assert mirror(place).fetch(BRANCH) is None


@pytest.mark.parametrize("is_known", [False, True])
def test_the_kind_of_names_is_that_of_the_remote(tmp_path: Path, is_known: bool) -> None:
    root = tmp_path / "x.git"
    place = bench(root)
    if is_known:
        place.deliver(FIRST)
        mirror(place).fetch(BRANCH)
    shutil.rmtree(root)
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", str(root))
    place.deliver(FIRST | {"c": b""})
    repository = mirror(place)
    assert repository.fetch(BRANCH) == place.repository.head(BRANCH)
    assert repository.algorithm == "sha256"
    assert files_of(repository) == FIRST | {"c": b""}


def test_a_mirror_is_private(server: Bench) -> None:
    repository = mirror(server)
    assert repository.path.parent.stat().st_mode & 0o077 == 0


def break_head(place: Path) -> None:
    (place / "HEAD").write_bytes(b"")


def break_objects(place: Path) -> None:
    shutil.rmtree(place / "objects" / "pack")
    for folder in place.glob("objects/??"):
        shutil.rmtree(folder)


def break_ref(place: Path) -> None:
    (place / "refs/heads" / BRANCH).write_bytes(b"\0" * 41)


def break_all(place: Path) -> None:
    shutil.rmtree(place)
    place.write_bytes(b"")


def break_locks(place: Path) -> None:
    for name in ("HEAD", f"refs/heads/{BRANCH}", "packed-refs", "shallow", "config"):
        (place / f"{name}.lock").write_bytes(b"")


@pytest.mark.parametrize("harm", [break_head, break_objects, break_ref, break_all, break_locks])
@pytest.mark.parametrize("is_new", [False, True], ids=["nothing new", "something new"])
def test_a_broken_mirror_is_made_again(server: Bench, harm: object, is_new: bool) -> None:
    repository = mirror(server)
    repository.fetch(BRANCH)
    assert callable(harm)
    harm(repository.path)
    if is_new:
        server.deliver({"c": b""})
    repository = mirror(server)
    assert repository.fetch(BRANCH) == server.repository.head(BRANCH)
    assert files_of(repository) == server.files()
    repository.ask("fsck", "--strict")


def test_a_remote_that_is_not_there_is_said_and_breaks_nothing(server: Bench) -> None:
    repository = mirror(server)
    repository.fetch(BRANCH)
    away = server.root.rename(server.root.with_name("away"))
    with pytest.raises(GitError, match=rf"^file://{server.root}: there is no git repository"):
        repository.fetch(BRANCH)
    away.rename(server.root)
    assert files_of(repository) == FIRST


def test_a_cache_that_may_not_be_written_is_said(
    server: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(GitError, match="the cache cannot be written"):
        mirror(server)


def test_a_mirror_killed_before_any_change_of_the_disk(
    server: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = 0
    while True:
        moments += 1
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache {moments}"))
        child = in_a_fork(lambda: stopping(moments, lambda: mirror(server).fetch(BRANCH)))  # noqa: B023
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        repository = mirror(server)
        assert repository.fetch(BRANCH) == server.repository.head(BRANCH)
        assert files_of(repository) == FIRST
        repository.ask("fsck", "--strict")
        assert sorted(each.name for each in repository.path.parent.iterdir()) == ["git", "lock"]
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert moments > 8
