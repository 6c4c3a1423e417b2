"""A branch of a git repository as a source: fetch, list, verify."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sync.errors import SourceError
from sync.sources.commands import Commands
from sync.sources.commit import CommitSnapshot, list_bundles
from sync.sources.credentials import Credentials
from sync.sources.location import branch_of, locate, path_of
from sync.sources.mirror import BrokenError, Holder, Mirror, home_of
from sync.sources.objects import ObjectReader
from sync.sources.remote import Remote
from sync.sources.signatures import Signers
from sync.sources.spec import SourceSpec


@dataclass(frozen=True, slots=True)
class GitSource:
    """A directory in a branch, by way of a mirror."""

    mirror: Mirror
    path: str
    signers: Signers

    def describe(self) -> str:
        inside = f", directory {self.path}" if self.path else ""
        return f"{self.mirror.remote.describe()}{inside}"

    def fetch(self) -> CommitSnapshot:
        with self.mirror.locked() as holder:
            try:
                return self._open(holder.update())
            except BrokenError:
                return self._anew(holder)

    def _anew(self, holder: Holder) -> CommitSnapshot:
        try:
            return self._open(holder.remake())
        except BrokenError as error:
            raise SourceError(f"{self.describe()}: the repository itself is broken") from error

    def _open(self, commit: str) -> CommitSnapshot:
        reader = ObjectReader(self.mirror.local, self.mirror.repository)
        try:
            listing = list_bundles(reader, commit, self.path, self.describe())
            self.signers.check(self.mirror, commit)
        except BaseException:
            reader.close()
            raise
        return CommitSnapshot(self.mirror, commit, self.path, listing, reader)


def git_source(spec: SourceSpec) -> GitSource:
    """UsageError where the command line asks for what must not be."""
    commands = Commands(timeout=spec.timeout)
    location = locate(spec.repository or "")
    remote = Remote(
        location,
        branch_of(spec.branch),
        Credentials(spec.token_file, spec.ssh_key, spec.known_hosts),
        commands,
    )
    home = home_of(Path(spec.cache).expanduser().absolute(), location.url, remote.branch)
    return GitSource(
        Mirror(home, remote, commands),
        path_of(spec.path),
        Signers(spec.verify_gpg, spec.verify_ssh),
    )
