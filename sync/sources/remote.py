"""The repository that others write: which commit its branch is at, and how to get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.errors import SourceError
from sync.sources.commands import Answer, Commands, TimedOutError
from sync.sources.credentials import Credentials
from sync.sources.layout import shown
from sync.sources.location import Location
from sync.sources.words import meaning

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Remote:
    """A branch of a repository, and the way in."""

    location: Location
    branch: str
    credentials: Credentials
    commands: Commands

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def describe(self) -> str:
        return f"branch {self.branch} of {shown(self.location.url)}"

    def head(self) -> str:
        """The commit that the branch is at."""
        if commit := self._refs(self.ref).get(self.ref):
            return commit
        everything = self._refs()
        branches = [
            name.removeprefix("refs/heads/")
            for name in sorted(everything)
            if name.startswith("refs/heads/")
        ]
        if not branches:
            raise SourceError(f"{self.describe()}: the repository is empty; push a commit first")
        few = ", ".join(shown(name) for name in branches[:_NAMED])
        more = f" and {len(branches) - _NAMED} more" if len(branches) > _NAMED else ""
        raise SourceError(f"{self.describe()}: there is no such branch; there is {few}{more}")

    def fetch(self, directory: Path, into: str, handle: int) -> Answer:
        """Bring the branch with all its history."""
        words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        words += ["--no-recurse-submodules", "--update-shallow"]
        words += ["--", self.location.url, f"+{self.ref}:{into}"]
        return self._run(f"--git-dir={directory}", *words, handle=handle)

    def failure(self, complaint: str) -> SourceError:
        _, secrets = self.credentials.let_in(self.commands, self.location)
        return SourceError(f"{self.describe()}: {meaning(complaint, secrets)}")

    def _refs(self, *patterns: str) -> Mapping[str, str]:
        answer = self._run("ls-remote", "--quiet", "--", self.location.url, *patterns)
        if answer.status:
            raise self.failure(answer.err)
        lines = (line.partition("\t") for line in answer.text.splitlines())
        return {name: commit for commit, _, name in lines}

    def _run(self, *words: str, handle: int | None = None) -> Answer:
        commands, _ = self.credentials.let_in(self.commands, self.location)
        try:
            return commands.run(*words, holding=[] if handle is None else [handle])
        except TimedOutError as error:
            raise SourceError(f"{self.describe()}: {error}") from error
