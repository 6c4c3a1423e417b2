"""The bundles of one commit. Its trees are listed at once; files are read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import TypeVar

from sync.errors import SourceError
from sync.sources import layout
from sync.sources.mirror import BrokenError, Mirror
from sync.sources.objects import ObjectReader, TooLargeError, TreeEntry

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands in a commit, as far as its bundles go."""

    trees: Mapping[str, str]
    is_half_written: bool


def list_bundles(reader: ObjectReader, commit: str, path: str, where: str) -> Listing:
    """Every bundle's directory with the id of its tree. No bundle is opened for it."""
    root = _root(reader, commit, path, where)
    areas = [(name, root[name.encode()]) for name in layout.AREAS if name.encode() in root]
    if not areas:
        raise layout.no_bundles(where)
    found = {
        directory: oid
        for area, entry in areas
        for directory, oid in _below(reader, area, entry, layout.AREAS[area])
    }
    return Listing(MappingProxyType(dict(sorted(found.items()))), layout.STAGING.encode() in root)


def _root(reader: ObjectReader, commit: str, path: str, where: str) -> Mapping[bytes, TreeEntry]:
    entries = {entry.name: entry for entry in reader.tree(f"{commit}^{{tree}}")}
    for part in filter(None, path.split("/")):
        entry = entries.get(part.encode())
        if entry is None:
            raise SourceError(f"{where}: there is no directory `{path}` in it")
        if not entry.is_tree:
            raise layout.no_directory(path, entry.oddity or "a file")
        entries = {each.name: each for each in reader.tree(entry.oid)}
    return entries


def _below(
    reader: ObjectReader, place: str, entry: TreeEntry, depth: int
) -> Iterator[tuple[str, str]]:
    if not entry.is_tree:
        raise layout.no_directory(place, entry.oddity or "a file")
    if depth == 0:
        yield place, entry.oid
        return
    for each in reader.tree(entry.oid):
        if not each.is_tree and not each.oddity:
            continue  # a README among directories is nobody's bundle
        name = each.name.decode(errors="surrogateescape")
        if not layout.is_good_name(name):
            raise layout.odd_directory(f"{place}/{name}")
        yield from _below(reader, f"{place}/{name}", each, depth - 1)


class CommitSnapshot:
    """One commit in a mirror, which may be made anew while it is read."""

    def __init__(
        self, mirror: Mirror, revision: str, path: str, listing: Listing, reader: ObjectReader
    ) -> None:
        self.revision = revision
        self.trees = listing.trees
        self._mirror = mirror
        self._path = path
        self._listing = listing
        self._reader = reader
        self._one_at_a_time = Lock()
        self._held: dict[str, bool | None] = {}

    def read(self, directory: str) -> Mapping[str, bytes]:
        if directory not in self.trees:
            raise SourceError(f"{layout.shown(directory)}: this commit holds no such bundle")
        with self._one_at_a_time:
            return self._mending(lambda: _files(self._reader, directory, self.trees[directory]))

    def check_whole(self) -> None:
        if self._listing.is_half_written:
            raise layout.half_written(self._mirror.remote.describe())

    def held(self, directory: str) -> bool | None:
        if directory in self.trees:
            return True
        if not layout.is_bundle_directory(directory):
            return False
        if directory not in self._held:
            self._held[directory] = self._ask_history(directory)
        return self._held[directory]

    def close(self) -> None:
        self._reader.close()

    def _ask_history(self, directory: str) -> bool | None:
        try:
            with self._one_at_a_time:
                return self._mending(lambda: self._look_back(directory))
        except SourceError:
            return None

    def _look_back(self, directory: str) -> bool | None:
        place = f"{self._path}/{directory}" if self._path else directory
        words = ("log", "-1", "--full-history", "--format=%H", self.revision, "--", place)
        answer = self._mirror.ask(*words)
        if answer.status:
            raise BrokenError("the history has gaps")
        if answer.text:
            return True
        return None if self._mirror.is_shallow else False

    def _mending(self, task: Callable[[], Answered]) -> Answered:
        try:
            return task()
        except BrokenError:
            self._reader.close()
            with self._mirror.locked() as holder:
                holder.remake()
        try:
            return task()
        except BrokenError as error:
            raise SourceError(
                f"{self._mirror.remote.describe()}: commit {self.revision[:12]} is no longer"
                " there, and the cache lost it"
            ) from error


def _files(reader: ObjectReader, directory: str, oid: str) -> Mapping[str, bytes]:
    entries = reader.tree(oid)
    if len(entries) > layout.MAX_FILES:
        raise layout.too_many(directory, len(entries))
    names = [_name(directory, entry) for entry in entries]
    return dict(zip(names, _contents(reader, directory, names, entries), strict=True))


def _name(directory: str, entry: TreeEntry) -> str:
    name = entry.name.decode(errors="surrogateescape")
    if not layout.is_good_name(name):
        raise layout.odd_file(f"{directory}/{name}")
    if entry.is_tree or entry.oddity:
        raise layout.no_file(f"{directory}/{name}", f"this is {entry.oddity or 'a directory'}")
    return name


def _contents(
    reader: ObjectReader, directory: str, names: Sequence[str], entries: Sequence[TreeEntry]
) -> Iterator[bytes]:
    total = 0
    oids = [entry.oid for entry in entries]
    try:
        for data in reader.blobs(oids, layout.MAX_FILE):
            total += len(data)
            if total > layout.MAX_BUNDLE:
                raise layout.too_heavy(directory)
            yield data
    except TooLargeError as error:
        raise layout.too_large(f"{directory}/{names[oids.index(error.oid)]}", error.size) from error
