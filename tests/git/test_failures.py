"""A git that fails is an error in its own words, and never read as if there were nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import GitError
from renderer.git.journal import Journal
from renderer.git.origin import Origin
from renderer.git.pulls import open_pull
from renderer.git.repository import Repository
from renderer.git.worktree import follow, refuse_dirt
from renderer.review.review import JudgementError
from tests.git.failing import (
    AS_IF_NOTHING_WERE_THERE,
    COMPLAINT,
    HALF_WAY,
    KILLED,
    WITH_WORDS,
    WITHOUT_A_WORD,
    failing,
)
from tests.git.workshop import BRANCH, FIRST, Bench, write

Asked = Callable[[Repository], object]
ENDS = {
    "with words": (WITH_WORDS, f"git says: {COMPLAINT}"),
    "as if nothing were there": (AS_IF_NOTHING_WERE_THERE, f"git says: {COMPLAINT}"),
    "half way": (HALF_WAY, f"git says: {COMPLAINT}"),
    "killed": (KILLED, "git failed without a word"),
}


def commit_of_sources(repository: Repository) -> str:
    origin = Origin(repository, "")
    return origin.commit(["a"], ["a/one.yaml"], allow_dirty=False)


def place_head(repository: Repository) -> str | None:
    return repository.place(repository.commands).head(BRANCH)


def checkouts(repository: Repository) -> list[object]:
    return list(repository.place(repository.commands).checkouts(BRANCH))


ASKED: dict[str, tuple[str, Asked]] = {
    "the settings": ("config --list", lambda it: it.config),
    "the remote": ("config --list", lambda it: it.remote),
    "the format of objects": ("config --list", lambda it: it.algorithm),
    "a commit": ("rev-parse --verify", lambda it: it.resolve("v1")),
    "a branch": ("rev-parse --verify", lambda it: it.head(BRANCH)),
    "a branch on the disk": ("rev-parse --verify", place_head),
    "the branch that is checked out": ("symbolic-ref", Repository.head_branch),
    "where a branch is checked out": ("symbolic-ref", checkouts),
    "where two branches parted": ("merge-base", lambda it: it.merge_base(BRANCH, "HEAD")),
    "what a pull request began with": ("merge-base", lambda it: open_pull(it, "", "HEAD", BRANCH)),
    "the commit of the sources": ("rev-parse --verify", commit_of_sources),
    "which sources are kept": ("ls-files", commit_of_sources),
    "what is not committed": ("symbolic-ref", lambda it: refuse_dirt(it, BRANCH, "")),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("what", ASKED)
def test_a_git_that_fails_is_an_error(checkout: Bench, what: str, end: str, tmp_path: Path) -> None:
    checkout.deliver(FIRST)
    checkout.git("tag", "v1")
    repository = checkout.repository
    (command, ask), (how, said) = ASKED[what], ENDS[end]
    with failing(tmp_path / "bin", command, how), pytest.raises(GitError) as raised:
        ask(repository)
    place = (checkout.root, repository.common)
    assert str(raised.value) in {f"{each}: {said}" for each in place}
    ask(checkout.repository)


@pytest.mark.parametrize("what", ["the settings", "which sources are kept"])
def test_a_list_that_must_be_there_is_not_empty_for_want_of_words(
    checkout: Bench, what: str, tmp_path: Path
) -> None:
    checkout.deliver(FIRST)
    repository = checkout.repository
    command, ask = ASKED[what]
    with (
        failing(tmp_path / "bin", command, WITHOUT_A_WORD),
        pytest.raises(GitError, match=rf"^{repository.path}: git failed without a word$"),
    ):
        ask(repository)


def test_nothing_is_what_git_says_by_its_status_alone(checkout: Bench) -> None:
    """The real git, so that a new one which says it in another way is found out."""
    first = checkout.deliver(FIRST)
    orphan = checkout.commit({"x": b""})
    checkout.git("checkout", "--quiet", "--detach")
    repository = checkout.repository
    assert repository.head_branch() == ""
    assert checkouts(repository) == []
    assert repository.resolve("nothing") is None
    assert repository.head("other") is None
    assert repository.place(repository.commands).head("other") is None
    assert repository.merge_base(first, orphan) is None
    with pytest.raises(JudgementError, match="have no commit in common"):
        open_pull(repository, "", first, orphan)


def test_settings_that_cannot_be_read_leave_no_commit_unsigned(
    checkout: Bench, tmp_path: Path
) -> None:
    checkout.git("config", "commit.gpgSign", "true")
    with (
        failing(tmp_path / "bin", "config --list"),
        pytest.raises(GitError, match=rf"^{checkout.root}: git says: {COMPLAINT}$"),
    ):
        checkout.commit(FIRST)
    objects = checkout.git("cat-file", "--batch-check", "--batch-all-objects")
    assert " commit " not in objects
    with pytest.raises(GitError, match="could not be signed"):
        checkout.commit(FIRST)


def test_a_checkout_that_cannot_be_seen_is_not_committed_past(
    checkout: Bench, tmp_path: Path
) -> None:
    checkout.deliver(FIRST)
    write(checkout.root, {"a/one.yaml": b"by hand\n"})
    before = checkout.standing(), checkout.repository.head(BRANCH)
    with failing(tmp_path / "bin", "symbolic-ref"), pytest.raises(GitError, match=COMPLAINT):
        checkout.deliver({"c": b""})
    assert (checkout.standing(), checkout.repository.head(BRANCH)) == before


@pytest.mark.parametrize("command", ["rev-parse --verify", "symbolic-ref"])
def test_a_worktree_that_could_not_follow_does_so_the_next_time(
    checkout: Bench, command: str, tmp_path: Path
) -> None:
    checkout.deliver(FIRST)
    repository = checkout.repository
    old = repository.head(BRANCH)
    new = checkout.commit({"c": b"new\n"}, parent=old)
    assert repository.move(BRANCH, new, old)
    with failing(tmp_path / "bin", command), pytest.raises(GitError, match=COMPLAINT):
        follow(repository, BRANCH, old, new)
    assert checkout.standing() == FIRST
    assert Journal(repository.common, BRANCH).read() == (old, new)
    refuse_dirt(repository, BRANCH, "")
    assert checkout.standing() == FIRST | {"c": b"new\n"}
    assert checkout.git("status", "--porcelain") == ""
    checkout.check()


def test_a_branch_that_cannot_be_asked_for_is_no_lost_race(checkout: Bench, tmp_path: Path) -> None:
    checkout.deliver(FIRST)
    repository = checkout.repository
    old = repository.head(BRANCH)
    new = checkout.commit({"c": b""}, parent=old)
    lock = repository.common / "refs" / "heads" / f"{BRANCH}.lock"
    lock.write_bytes(b"another git's")
    with failing(tmp_path / "bin", "rev-parse --verify"), pytest.raises(GitError, match=COMPLAINT):
        repository.move(BRANCH, new, old)
    lock.unlink()
    assert repository.head(BRANCH) == old
    assert repository.move(BRANCH, new, old)
    follow(repository, BRANCH, old, new)
    assert checkout.standing() == FIRST | {"c": b""}
    checkout.check()
