"""Pushes a commit, and tells a lost race from a refusal."""

from __future__ import annotations

from renderer.errors import GitError
from renderer.git.address import branch_of, locate
from renderer.git.commands import Access, Answer
from renderer.git.remote import Remote
from renderer.git.repository import Repository

# What is said where another push was faster, or is at work at this moment.
_RACES = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "failed to update ref",
    "cannot lock ref",
    "failed to lock",
    "incorrect old value",
    "reference already exists",
)


def push(
    repository: Repository,
    branch: str,
    new: str,
    expected: str | None,
    access: Access,
    remote: str,
) -> bool:
    """Let the branch be at `new` there, if it is at `expected` (None: nowhere).

    True: done. False: the race is lost. GitError: refused for good. No branch here moves.
    """
    address = repository.address
    if address is None or (remote and remote != address.url):
        address = locate(remote)
    if repository.upstream is not None and access == Access():
        access = repository.upstream.remote.access
    there = Remote(address, access, repository.commands)
    ref = f"refs/heads/{branch_of(branch)}"
    words = ["push", "--quiet", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags"]
    words += ["--recurse-submodules=no", f"--force-with-lease={ref}:{expected or ''}"]
    place = f"--git-dir={repository.git_dir}"
    answer = there.run(place, "-c", "push.pushOption=", *words, "--", address.url, f"{new}:{ref}")
    return answer.status == 0 or _is_done_all_the_same(there, branch, new, expected, answer)


def _is_done_all_the_same(
    there: Remote, branch: str, new: str, expected: str | None, answer: Answer
) -> bool:
    """An answer may be lost on its way, after the push was taken."""
    said = f"{answer.out.decode(errors='replace')}\n{answer.err}"
    try:
        head = there.head(branch)
    except GitError:
        raise there.failure(said) from None
    if head == new:
        return True
    if head != expected or any(words in said for words in _RACES):
        return False
    raise there.failure(said)
