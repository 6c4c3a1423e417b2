"""A plain directory as a source: stamps before, stamps after, and no link is ever followed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sync.errors import SourceError
from sync.sources import layout
from sync.sources.checkout import check_checkout
from sync.sources.stamps import Stamp, digest, list_bundles, open_directory, read_files


class DirectorySource:
    """A directory that somebody else writes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).expanduser().absolute()

    def describe(self) -> str:
        return f"the directory {layout.shown(str(self._path))}"

    def fetch(self) -> DirectorySnapshot:
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise SourceError(f"{self.describe()}: {_why(error)}") from error
        try:
            return DirectorySnapshot(self._path, handle)
        except BaseException:
            os.close(handle)
            raise


class DirectorySnapshot:
    """The stamps of all files at one moment; what is read later must still carry them."""

    revision = ""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle: int | None = handle
        self._where = f"the directory {layout.shown(str(path))}"
        self._stamps = self._look()
        self.trees: Mapping[str, str] = MappingProxyType({
            directory: stamp.oid for directory, stamp in sorted(self._stamps.items())
        })

    def read(self, directory: str) -> Mapping[str, bytes]:
        if directory not in self._stamps:
            raise SourceError(f"{layout.shown(directory)}: there was no such bundle")
        try:
            bundle = open_directory(self._open, directory)
            try:
                found = read_files(bundle, directory)
            finally:
                os.close(bundle)
        except OSError as error:
            raise SourceError(f"{layout.shown(directory)}: {_why(error)}") from error
        if digest(found.stamps) != self._stamps[directory].digest:
            raise SourceError(f"{layout.shown(directory)}: it changed while it was read; run again")
        if found.problem is not None:
            raise found.problem
        return found.files

    def check_whole(self) -> None:
        self._check_same_directory()
        if os.path.lexists(self._path / layout.STAGING):
            raise layout.half_written(self._where)
        check_checkout(self._path)
        if changed := _changed(self._stamps, self._look()):
            raise SourceError(f"{layout.shown(changed)}: it changed while it was read; run again")

    def held(self, directory: str) -> bool | None:  # noqa: ARG002 - a directory has no history
        return None

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    @property
    def _open(self) -> int:
        if self._handle is None:
            raise SourceError(f"{self._where}: it is no longer open")
        return self._handle

    def _look(self) -> Mapping[str, Stamp]:
        try:
            return list_bundles(self._open, self._where)
        except OSError as error:
            place = error.filename if isinstance(error.filename, str) else ""
            raise SourceError(f"{self._where}: {layout.shown(place)} {_why(error)}") from error

    def _check_same_directory(self) -> None:
        try:
            now = os.stat(self._path)  # noqa: PTH116 - as the handle is asked
        except OSError as error:
            raise SourceError(f"{self._where}: {_why(error)}") from error
        if not os.path.samestat(now, os.fstat(self._open)):
            raise SourceError(f"{self._where}: another directory took its place; run again")


def _changed(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> str:
    different = (
        directory
        for directory in sorted(before.keys() | after.keys())
        if directory not in before
        or directory not in after
        or before[directory].digest != after[directory].digest
    )
    return next(different, "")


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, NotADirectoryError):
        return "it is no directory"
    return f"it cannot be read: {error.strerror}"
