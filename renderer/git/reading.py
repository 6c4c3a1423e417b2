"""A commit's tree, read by one `git ls-tree` and one `git cat-file`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from renderer.errors import GitError
from renderer.git.objects import Objects
from renderer.git.repository import Repository

_TREE = b"040000"
# Beyond so many directories, one listing of everything is quicker.
FEW = 12


@dataclass(frozen=True, slots=True)
class Blob:
    """A file ("100644", "100755"), a link ("120000") or a submodule ("160000")."""

    path: str
    mode: str
    oid: str


class Snapshot:
    """A commit's tree, or an empty one (commit None), below a path.

    It may be used on after a fork: each process has a cat-file of its own.
    """

    def __init__(self, repository: Repository, commit: str | None, path: str = "") -> None:
        self.repository = repository
        self.commit = commit
        self.path = "/".join(part for part in path.split("/") if part)
        self._top = f"{self.path}/".encode(errors="surrogateescape") if self.path else b""
        self._objects = Objects(
            lambda: repository.commands.start(
                f"--git-dir={repository.git_dir}", "cat-file", "--batch", feeding=True
            )
        )
        self._found: dict[str, Mapping[str, Blob]] = {}
        self._listings: dict[str, list[bytes]] = {}

    def blobs(self, below: str = "") -> Mapping[str, Blob]:
        """Files, links and submodules below a directory, by their path from the snapshot's."""
        known = self._found.get(below)
        if known is None:
            known = {blob.path: blob for blob in self._below(below)}
            self._found[below] = known
        return known

    @cached_property
    def _trees(self) -> Mapping[str, str]:
        start = len(self._top)
        found = {}
        for record in self._listings.get("") or self._listing("-d"):
            if record.startswith(_TREE):
                place = record.index(b"\t") + 1 + start
                if place < len(record):
                    oid = record[12 : place - 1 - start].decode()
                    found[_text(record[place:])] = oid
        return found

    def trees(self) -> Mapping[str, str]:
        """Every directory below the snapshot's path, and the id of its tree."""
        return self._trees

    def read(self, oid: str) -> bytes:
        """The bytes of a file."""
        return self._objects.read(oid, "blob")

    def message(self) -> str:
        """What the commit says of itself."""
        if self.commit is None:
            return ""
        data = self._objects.read(self.commit, "commit")
        return data.partition(b"\n\n")[2].decode(errors="replace")

    def close(self) -> None:
        """Ends what reads; it begins anew when it is needed."""
        self._objects.close()

    def _below(self, below: str) -> Iterator[Blob]:
        head = self._top + (f"{below}/".encode(errors="surrogateescape") if below else b"")
        records, start = self._listed(below), len(self._top)
        for place in range(bisect_left(records, head, key=_key), len(records)):
            record = records[place]
            about, _, name = record.partition(b"\t")
            if not name.startswith(head):
                if record.startswith(_TREE) and _key(record) == head:
                    continue
                break
            if not record.startswith(_TREE):
                mode, _, oid = about.decode().split(" ")
                yield Blob(_text(name[start:]), mode, oid)

    def _listed(self, below: str) -> list[bytes]:
        """A listing that holds a directory: of it alone, as long as few were asked for."""
        around = below
        while around not in self._listings and around:
            around = around.rpartition("/")[0]
        if around in self._listings:
            return self._listings[around]
        found = "" if len(self._listings) >= FEW else below
        return self._listings.setdefault(found, self._listing("-t", found))

    def _listing(self, what: str, below: str = "") -> list[bytes]:
        """Lines of a listing as git sorts them: a directory as if a slash ended its name."""
        if self.commit is None:
            return []
        place = "/".join(part for part in (self.path, below) if part)
        words = ["ls-tree", "-r", what, "-z", "--full-tree", self.commit]
        answer = self.repository.run(*words, *([place] if place else []))
        if answer.status:
            raise self.repository.failure(answer)
        records = answer.out.split(b"\0")[:-1]
        if not below:
            self._refuse_file(records)
        return records

    def _refuse_file(self, records: list[bytes]) -> None:
        place = f"\t{self.path}".encode(errors="surrogateescape")
        if (
            self.path
            and records
            and any(each.endswith(place) and not each.startswith(_TREE) for each in records[-1:])
        ):
            raise GitError(f"{self.repository}: {self.path} is a file, and no directory")


def _key(record: bytes) -> bytes:
    name = record.partition(b"\t")[2]
    return name + b"/" if record.startswith(_TREE) else name


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
