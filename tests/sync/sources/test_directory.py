"""A directory that changes under one's hands, or is half a checkout."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import BundleError, SourceError
from sync.sources import Snapshot, SourceSpec, open_source
from tests.sync.sources.workshop import CHURN, SMALL, Repository, read, trees, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "bundles"
    write(root, SMALL)
    return root


def fetch(root: Path) -> Snapshot:
    return open_source(SourceSpec(directory=str(root))).fetch()


Change = Callable[[Path], None]


def rewrite(root: Path) -> None:
    (root / CHURN / "notebook.yaml").write_bytes(b"kind: notebooK\n")


def replace(root: Path) -> None:
    write(root, {"new": b"kind: Notebook\n"})
    (root / "new").rename(root / CHURN / "notebook.yaml")


def grow(root: Path) -> None:
    write(root, {f"{CHURN}/more.yaml": b""})


def shrink(root: Path) -> None:
    (root / CHURN / "notebook.yaml").unlink()


def link(root: Path) -> None:
    shrink(root)
    (root / CHURN / "notebook.yaml").symlink_to("/etc/hostname")


def link_directory(root: Path) -> None:
    (root / CHURN).rename(root / "away")
    (root / CHURN).symlink_to(root / "away")


def turn_back_time(root: Path) -> None:
    file = root / CHURN / "notebook.yaml"
    status = file.stat()
    rewrite(root)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES = (rewrite, replace, grow, shrink, link, link_directory, turn_back_time)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_before_it_was_read_is_not_read(root: Path, change: Change) -> None:
    with closing(fetch(root)) as snapshot:
        change(root)
        with pytest.raises(
            (SourceError, BundleError), match=r"changed while|cannot be|no directory"
        ):
            snapshot.read(CHURN)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_after_it_was_read_is_not_whole(root: Path, change: Change) -> None:
    with closing(fetch(root)) as snapshot:
        snapshot.read(CHURN)
        snapshot.check_whole()
        change(root)
        with pytest.raises(SourceError, match=r"churn: (it changed while|a symbolic link)"):
            snapshot.check_whole()


def come(root: Path) -> None:
    write(root, {"notebooks/research/new/x.yaml": b""})


def go(root: Path) -> None:
    shutil.rmtree(root / "namespaces")


@pytest.mark.parametrize("change", [come, go])
def test_bundles_that_come_or_go_meanwhile_are_noticed(root: Path, change: Change) -> None:
    with closing(fetch(root)) as snapshot:
        change(root)
        with pytest.raises(SourceError, match="it changed while it was read"):
            snapshot.check_whole()


def test_another_directory_under_the_same_name_is_noticed(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "next", SMALL)
    current = tmp_path / "current"
    current.symlink_to(root)
    with closing(fetch(current)) as snapshot:
        snapshot.check_whole()
        (tmp_path / "swap").symlink_to(tmp_path / "next")
        (tmp_path / "swap").rename(current)
        assert snapshot.read(CHURN)["notebook.yaml"] == b"kind: Notebook\n"
        with pytest.raises(SourceError, match="another directory took its place"):
            snapshot.check_whole()


def test_a_fresh_file_has_no_lasting_id(root: Path) -> None:
    rewrite(root)
    first, second = trees_of(root), trees_of(root)
    assert first[CHURN] != second[CHURN]
    time.sleep(0.15)
    assert trees_of(root) == trees_of(root)


def trees_of(root: Path) -> dict[str, str]:
    return trees(open_source(SourceSpec(directory=str(root))))


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / CHURN / "pipe.yaml")
    with pytest.raises(BundleError, match=r"churn/pipe\.yaml: this is a special file"):
        read(open_source(SourceSpec(directory=str(root))), CHURN)


def test_a_directory_has_no_history_and_no_revision(root: Path) -> None:
    with closing(fetch(root)) as snapshot:
        assert snapshot.revision == ""
        assert snapshot.held(CHURN) is None


@pytest.mark.parametrize("what", ["nothing", "a file"])
def test_no_directory_is_an_error(tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    if what == "a file":
        place.write_bytes(b"")
    words = {"nothing": "it is not there", "a file": "it is no directory"}
    with pytest.raises(SourceError, match=f"^the directory {place}: {words[what]}"):
        fetch(place)


def test_a_directory_that_goes_away_is_an_error(root: Path) -> None:
    with closing(fetch(root)) as snapshot:
        shutil.rmtree(root)
        with pytest.raises(SourceError, match="it is not there"):
            snapshot.read(CHURN)
        with pytest.raises(SourceError, match="it is not there"):
            snapshot.check_whole()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_read_is_an_error(root: Path) -> None:
    (root / CHURN).chmod(0)
    try:
        with pytest.raises(SourceError, match="cannot be read: Permission denied"):
            fetch(root)
    finally:
        (root / CHURN).chmod(0o755)


class TestCheckout:
    """A directory in a checkout, which may be half there."""

    def whole(self, root: Path) -> None:
        with closing(fetch(root)) as snapshot:
            snapshot.check_whole()

    def test_is_whole_with_new_and_changed_files(self, repository: Repository) -> None:
        write(repository.root, {f"{CHURN}/draft.yaml": b"", f"{CHURN}/notebook.yaml": b"x"})
        self.whole(repository.root)

    @pytest.mark.parametrize(
        ("gone", "words"),
        [
            (CHURN, "2 files that git tracks are gone"),
            (f"{CHURN}/notebook.yaml", "1 file that git tracks is gone"),
            ("namespaces", "1 file that git tracks is gone"),
        ],
    )
    def test_lacks_what_git_tracks(self, repository: Repository, gone: str, words: str) -> None:
        path = repository.root / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        with pytest.raises(SourceError, match=f" {words}, such as n"):
            self.whole(repository.root)
        repository.git("rm", "-r", "--quiet", "--cached", gone)
        self.whole(repository.root)

    def test_may_lack_what_is_elsewhere(self, repository: Repository) -> None:
        inside = {f"one/{name}": data for name, data in SMALL.items()}
        repository.commit(inside)
        shutil.rmtree(repository.root / "notebooks")
        (repository.root / ".git" / "keep").write_bytes(b"")
        self.whole(repository.root / "one")

    def test_is_being_written(self, repository: Repository) -> None:
        (repository.root / ".git" / "index.lock").write_bytes(b"")
        with pytest.raises(SourceError, match="git is changing this checkout"):
            self.whole(repository.root)

    def test_of_a_worktree_is_being_written(self, repository: Repository, tmp_path: Path) -> None:
        tree = tmp_path / "tree"
        repository.git("worktree", "add", "--quiet", str(tree), "-b", "other")
        self.whole(tree)
        (repository.root / ".git" / "worktrees" / "tree" / "index.lock").write_bytes(b"")
        with pytest.raises(SourceError, match="git is changing this checkout"):
            self.whole(tree)

    def test_does_not_matter_for_what_git_does_not_track(self, repository: Repository) -> None:
        out = repository.root / "out"
        write(out, SMALL)
        (repository.root / ".git" / "index.lock").write_bytes(b"")
        self.whole(out)

    def test_that_is_broken_is_not_whole(self, repository: Repository) -> None:
        (repository.root / ".git" / "index").write_bytes(b"garbage")
        with pytest.raises(SourceError, match="a checkout that git cannot read"):
            self.whole(repository.root)

    def test_of_a_stranger_runs_nothing(self, repository: Repository, tmp_path: Path) -> None:
        mark = tmp_path / "heard"
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\ntouch {mark}\n", encoding="utf-8")
        program.chmod(0o755)
        repository.git("config", "core.fsmonitor", str(program))
        self.whole(repository.root)
        assert not mark.exists()
