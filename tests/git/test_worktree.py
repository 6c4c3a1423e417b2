"""A branch that is checked out follows; what somebody wrote by hand is never lost."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git import following, journal
from renderer.git.worktree import follow, refuse_dirt
from tests.git.workshop import BRANCH, FIRST, Bench, write

OWN = {"README.md": b"by hand\n", "a/notes.txt": b"by hand too\n"}


def committed(bench: Bench) -> str:
    """Files of ours and of others."""
    bench.deliver(FIRST)
    write(bench.root, OWN)
    bench.git("add", ".")
    bench.git("commit", "--quiet", "-m", "by hand")
    return bench.git("rev-parse", "HEAD")


def test_files_and_index_follow(checkout: Bench) -> None:
    committed(checkout)
    checkout.deliver({"a/one.yaml": b"1\n", "c/d/e": b"new\n"}, ["b"])
    expected = OWN | {"a/one.yaml": b"1\n", "a/two ü.yaml": b"two\n", "c/d/e": b"new\n"}
    assert checkout.standing() == checkout.files() == expected
    assert checkout.git("status", "--porcelain", "--ignored") == ""
    assert not (checkout.root / "b").exists()
    checkout.check()


def test_a_linked_worktree_follows_and_the_others_stay(checkout: Bench, bare: Bench) -> None:
    for place in (checkout, bare):
        place.deliver(FIRST, branch="main")
        place.git("branch", "--quiet", BRANCH, "main")
        if place is checkout:
            place.git("checkout", "--quiet", "main")
        linked = place.root.parent / "linked worktree"
        place.git("worktree", "add", "--quiet", str(linked), BRANCH)
        place.deliver({"c": b"new\n"}, ["a"])
        found = Bench(linked)
        assert found.git("status", "--porcelain") == ""
        assert (found.root / "c").read_bytes() == b"new\n"
        assert not (found.root / "a").exists()
        if place is checkout:
            assert place.standing() == FIRST
            assert place.git("status", "--porcelain") == ""
        place.check()
        place.git("worktree", "remove", str(linked))


def test_a_git_directory_that_stands_elsewhere_works(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "x", tmp_path / "elsewhere"
    root.mkdir()
    bench = Bench(root)
    bench.git("init", "--quiet", "-b", BRANCH, f"--separate-git-dir={elsewhere}")
    bench.deliver(FIRST)
    bench.deliver({"c": b""}, ["a"])
    assert (root / "c").exists()
    assert bench.git("status", "--porcelain") == ""


def test_what_is_staged_or_changed_elsewhere_stays(checkout: Bench) -> None:
    committed(checkout)
    write(checkout.root, {"README.md": b"changed\n", "staged": b"staged\n", "loose": b""})
    checkout.git("add", "staged")
    repository = checkout.repository
    refuse_dirt(repository, BRANCH, "a")
    old = repository.head(BRANCH)
    new = checkout.commit({"a/one.yaml": b"1\n"}, parent=old)
    assert repository.move(BRANCH, new, old)
    follow(repository, BRANCH, old, new)
    assert checkout.git("status", "--porcelain").splitlines() == [
        "M README.md",
        "A  staged",
        "?? loose",
    ]
    assert (checkout.root / "a/one.yaml").read_bytes() == b"1\n"


@pytest.mark.parametrize("what", ["changed", "staged", "removed", "untracked", "replaced"])
def test_what_is_not_committed_is_refused(checkout: Bench, what: str) -> None:
    head = committed(checkout)
    file = checkout.root / "a/one.yaml"
    match what:
        case "changed" | "staged":
            file.write_bytes(b"mine\n")
        case "removed":
            file.unlink()
        case "untracked":
            write(checkout.root, {"a/new": b""})
        case _:
            file.unlink()
            file.symlink_to("/etc/passwd")
    if what == "staged":
        checkout.git("add", ".")
    before = checkout.standing()
    with pytest.raises(GitError, match=r"a file is not committed, such as a/(one.yaml|new), and"):
        refuse_dirt(checkout.repository, BRANCH, "a")
    refuse_dirt(checkout.repository, BRANCH, "b")
    refuse_dirt(checkout.repository, "another", "")
    assert checkout.standing() == before
    assert checkout.repository.head(BRANCH) == head


@pytest.mark.parametrize("what", ["changed", "in the way", "ignored", "a directory", "a link"])
def test_what_is_written_while_we_render_is_kept(checkout: Bench, what: str) -> None:
    committed(checkout)
    write(checkout.root, {".git/info/exclude": b"*.log\n"})
    repository = checkout.repository
    refuse_dirt(repository, BRANCH, "")
    old = repository.head(BRANCH)
    files = {"a/one.yaml": b"ours\n", "c/x.log": b"ours\n", "a/z.yaml": b"ours\n"}
    new = checkout.commit(files, parent=old)
    name = {"changed": "a/one.yaml", "in the way": "a/z.yaml", "ignored": "c/x.log"}.get(what, "c")
    mine = checkout.root / name
    match what:
        case "a directory":
            name = "a/z.yaml"
            mine = checkout.root / name / "mine"
            write(checkout.root, {f"{name}/mine": b"mine\n"})
        case "a link":
            (checkout.root.parent / "away").mkdir()
            mine.symlink_to(checkout.root.parent / "away")
        case _:
            write(checkout.root, {name: b"mine\n"})
    assert repository.move(BRANCH, new, old)
    for _ in range(2):
        with pytest.raises(GitError, match=r"was written by hand meanwhile"):
            follow(repository, BRANCH, old, new)
        assert mine.is_symlink() or mine.read_bytes() == b"mine\n"
    assert list(checkout.root.parent.glob("away/*")) == []
    mine.rename(checkout.root.parent / "saved")
    if what == "a directory":
        mine.parent.rmdir()
    refuse_dirt(repository, BRANCH, "")
    assert checkout.standing() == checkout.files()
    checkout.check()


def test_a_lock_of_somebody_else_is_waited_for(
    checkout: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(checkout)
    lock = checkout.root / ".git" / "index.lock"
    lock.write_bytes(b"")
    timer = threading.Timer(0.3, lock.unlink)
    timer.start()
    checkout.deliver({"c": b""})
    timer.join()
    monkeypatch.setattr(following, "_PATIENCE", 0.2)
    lock.write_bytes(b"")
    with pytest.raises(GitError, match=r"git is at work there .*index\.lock exists"):
        refuse_dirt(checkout.repository, BRANCH, "")
    assert lock.exists()


def test_a_branch_that_moved_is_not_moved(checkout: Bench) -> None:
    first = committed(checkout)
    second = checkout.deliver({"c": b""})
    repository = checkout.repository
    late = checkout.commit({"d": b""}, parent=first)
    assert not repository.move(BRANCH, late, first)
    assert not repository.move(BRANCH, late, None)
    assert not repository.move("new", late, first)
    assert repository.move("new", late, None)
    assert repository.head(BRANCH) == second
    follow(repository, BRANCH, first, late)
    assert checkout.git("status", "--porcelain") == ""


def test_a_move_that_was_not_followed_is_finished_by_the_next(checkout: Bench) -> None:
    first = committed(checkout)
    repository = checkout.repository
    second = checkout.commit({"c": b"2\n"}, parent=first)
    third = checkout.commit({"c": b"3\n", "d": b""}, ["a"], parent=second)
    assert repository.move(BRANCH, second, first)
    assert repository.move(BRANCH, third, second)
    follow(repository, BRANCH, second, third)
    follow(repository, BRANCH, first, second)
    assert checkout.standing() == checkout.files()
    assert checkout.git("status", "--porcelain") == ""
    checkout.check()


def test_a_branch_goes_on_by_several_commits_or_elsewhere(checkout: Bench) -> None:
    first = committed(checkout)
    repository = checkout.repository
    second = checkout.commit({"c": b"2\n"}, parent=first)
    third = checkout.commit({"d": b"3\n"}, ["a/one.yaml"], parent=second)
    other = checkout.commit({"e": b"4\n"}, ["b"], parent=first)
    for old, new in ((first, third), (third, other)):
        assert repository.move(BRANCH, new, old)
        follow(repository, BRANCH, old, new)
        assert checkout.standing() == checkout.files()
        assert checkout.git("status", "--porcelain") == ""


def test_what_was_pending_is_forgotten_where_the_branch_is_elsewhere(checkout: Bench) -> None:
    first = committed(checkout)
    repository = checkout.repository
    second = checkout.commit({"c": b"2\n"}, parent=first)
    assert repository.move(BRANCH, second, first)
    checkout.git("reset", "--quiet", "--hard", first)
    refuse_dirt(repository, BRANCH, "")
    assert checkout.repository.head(BRANCH) == first
    assert checkout.standing() == FIRST | OWN
    checkout.check()


def pending(checkout: Bench, old: str, new: str) -> None:
    with checkout.repository.held():
        journal.Journal(checkout.repository.common, BRANCH).begin(old, new)


@pytest.mark.parametrize("text", ["the new commit", "nothing"])
def test_locks_that_our_killed_git_left_are_removed(checkout: Bench, text: str) -> None:
    first = committed(checkout)
    second = checkout.commit({"c": b"2\n"}, parent=first)
    pending(checkout, first, second)
    git = checkout.root / ".git"
    written = f"{second}\n" if text == "the new commit" else ""
    (git / "refs/heads" / f"{BRANCH}.lock").write_text(written, encoding="ascii")
    (git / "HEAD.lock").write_bytes(b"")
    checkout.deliver({"c": b"2\n"})
    checkout.check()


def test_locks_of_others_are_left(checkout: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    first = committed(checkout)
    second = checkout.commit({"c": b"2\n"}, parent=first)
    monkeypatch.setattr("renderer.git.refs._PATIENCE", 0.2)
    lock = checkout.root / ".git/refs/heads" / f"{BRANCH}.lock"
    for told in (True, False):
        lock.write_text(f"{first}\n", encoding="ascii")
        if told:
            pending(checkout, first, second)
        with pytest.raises(GitError, match=rf"branch {BRANCH}: .*{BRANCH}\.lock"):
            checkout.deliver({"c": b"2\n"})
        assert lock.exists()
    assert checkout.repository.head(BRANCH) == first
    lock.unlink()
    checkout.deliver({"c": b"2\n"})


def test_an_empty_lock_that_goes_away_is_somebody_elses(checkout: Bench) -> None:
    first = committed(checkout)
    pending(checkout, first, checkout.commit({"c": b"2\n"}, parent=first))
    lock = checkout.root / ".git/HEAD.lock"
    lock.write_bytes(b"")

    def other() -> None:
        time.sleep(0.2)
        lock.write_bytes(b"ref: refs/heads/other\n")

    thread = threading.Thread(target=other)
    thread.start()
    refuse_dirt(checkout.repository, BRANCH, "")
    thread.join()
    assert lock.read_bytes() == b"ref: refs/heads/other\n"


def test_line_ends_are_as_git_is_configured(checkout: Bench) -> None:
    checkout.git("config", "core.autocrlf", "true")
    checkout.deliver(FIRST)
    checkout.deliver({"a/one.yaml": b"1\n", "c": b"x\ny\n"})
    assert (checkout.root / "a/one.yaml").read_bytes() == b"1\r\n"
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.files()["c"] == b"x\ny\n"


def test_a_file_that_git_was_writing_when_it_died_is_written_again(checkout: Bench) -> None:
    first = committed(checkout)
    repository = checkout.repository
    second = checkout.commit({"a/one.yaml": b"long text\n", "c": b"more text\n"}, parent=first)
    assert repository.move(BRANCH, second, first)
    write(checkout.root, {"a/one.yaml": b"long", "c": b""})
    (checkout.root / "b/deep/three.yaml").touch()
    refuse_dirt(repository, BRANCH, "")
    assert checkout.standing() == checkout.files()
