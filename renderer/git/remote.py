"""The repository that others write to as well, and the way in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renderer.errors import GitError
from renderer.git.address import Address
from renderer.git.commands import Access, Answer, Commands
from renderer.git.credentials import let_in
from renderer.git.words import meaning

_ABSENT = "couldn't find remote ref"


@dataclass(frozen=True, slots=True)
class Remote:
    """An address, and what lets us in there."""

    address: Address
    access: Access
    commands: Commands

    def __str__(self) -> str:
        return self.address.url

    def run(self, *words: str) -> Answer:
        commands, _ = let_in(self.commands, self.address, self.access)
        try:
            return commands.run(*words)
        except GitError as error:
            raise GitError(f"{self}: {error}") from error

    def head(self, branch: str) -> str | None:
        """The commit that a branch is at there; None where it is not."""
        ref = f"refs/heads/{branch}"
        answer = self.run("ls-remote", "--quiet", "--", self.address.url, ref)
        if answer.status:
            raise self.failure(answer.err)
        lines = (line.partition("\t") for line in answer.text.splitlines())
        return next((commit for commit, _, name in lines if name == ref), None)

    def fetch(self, directory: Path, branch: str, into: str, *flags: str) -> Answer:
        words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        words += ["--no-recurse-submodules", "--update-shallow", *flags]
        words += ["--", self.address.url, f"+refs/heads/{branch}:{into}"]
        return self.run(f"--git-dir={directory}", *words)

    def failure(self, complaint: str) -> GitError:
        _, secrets = let_in(self.commands, self.address, self.access)
        return GitError(f"{self}: {meaning(complaint, secrets)}")


def is_absent(answer: Answer) -> bool:
    """Whether a fetch failed only because there is no such branch."""
    return bool(answer.status) and _ABSENT in answer.err
