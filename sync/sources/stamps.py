"""The disk below one handle: every step is opened from the last one, so that no link leads away."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from sync.errors import BundleError
from sync.sources import layout

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# A file that changed this shortly before it was seen may change again under the same stamp.
UNSETTLED_NS = 100_000_000


class FileStamp(NamedTuple):
    """What changes when a file does."""

    name: str
    kind: int
    size: int
    modified: int
    changed: int
    inode: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A bundle's files as one digest; `oid` is another each time while they may still change."""

    digest: str
    oid: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a bundle's directory held, and why it is no bundle."""

    stamps: list[FileStamp]
    files: Mapping[str, bytes]
    problem: BundleError | None


def digest(stamps: list[FileStamp]) -> str:
    text = repr(sorted(map(tuple, stamps)))
    return blake2b(text.encode(errors="backslashreplace"), digest_size=20).hexdigest()


def list_bundles(root: int, where: str) -> Mapping[str, Stamp]:
    """Every bundle's directory, with the stamps of its files. Nothing is opened but directories."""
    now = time.time_ns()
    areas = [name for name in layout.AREAS if _is_there(root, name)]
    if not areas:
        raise layout.no_bundles(where)
    return {
        directory: _stamp(stamps, now)
        for area in areas
        for directory, stamps in _below(root, area, area, layout.AREAS[area])
    }


def _is_there(root: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=root, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _stamp(stamps: list[FileStamp], now: int) -> Stamp:
    plain = digest(stamps)
    newest = max((max(each.modified, each.changed) for each in stamps), default=0)
    return Stamp(plain, f"{plain}-{now:x}" if newest > now - UNSETTLED_NS else plain)


def _below(parent: int, name: str, place: str, depth: int) -> Iterator[tuple[str, list[FileStamp]]]:
    mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    if not stat.S_ISDIR(mode):
        raise layout.no_directory(place, _kind(mode))
    handle = os.open(name, _DIRECTORY, dir_fd=parent)
    try:
        if depth == 0:
            yield place, _stamps(handle)
            return
        for child in _children(handle):
            if not layout.is_good_name(child):
                raise layout.odd_directory(f"{place}/{child}")
            yield from _below(handle, child, f"{place}/{child}", depth - 1)
    finally:
        os.close(handle)


def _children(handle: int) -> list[str]:
    """All but plain files: a README among directories is nobody's bundle."""
    with os.scandir(handle) as entries:
        return sorted(each.name for each in entries if not each.is_file(follow_symlinks=False))


def _stamps(handle: int) -> list[FileStamp]:
    with os.scandir(handle) as entries:
        return [_of(each.name, each.stat(follow_symlinks=False)) for each in entries]


def _of(name: str, status: os.stat_result) -> FileStamp:
    return FileStamp(
        name,
        stat.S_IFMT(status.st_mode),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
    )


def open_directory(root: int, directory: str) -> int:
    """The handle of a directory below another."""
    handle = os.dup(root)
    for name in directory.split("/"):
        try:
            deeper = os.open(name, _DIRECTORY, dir_fd=handle)
        finally:
            os.close(handle)
        handle = deeper
    return handle


def read_files(bundle: int, directory: str) -> Found:
    """The files, each with the stamp that it had when it was opened."""
    listed = _stamps(bundle)
    if problem := _problem(listed, directory):
        return Found(listed, {}, problem)
    stamps, files = [], {}
    for each in sorted(listed):
        stamp, files[each.name] = _read(bundle, each)
        stamps.append(stamp)
    return Found(stamps, files, None)


def _problem(stamps: list[FileStamp], directory: str) -> BundleError | None:
    if len(stamps) > layout.MAX_FILES:
        return layout.too_many(directory, len(stamps))
    for each in sorted(stamps):
        place = f"{directory}/{each.name}"
        if not layout.is_good_name(each.name):
            return layout.odd_file(place)
        if each.kind != stat.S_IFREG:
            return layout.no_file(place, f"this is {_kind(each.kind)}")
        if each.size > layout.MAX_FILE:
            return layout.too_large(place, each.size)
    if sum(each.size for each in stamps) > layout.MAX_BUNDLE:
        return layout.too_heavy(directory)
    return None


def _read(bundle: int, listed: FileStamp) -> tuple[FileStamp, bytes]:
    handle = os.open(listed.name, _FILE, dir_fd=bundle)
    try:
        stamp = _of(listed.name, os.fstat(handle))
        if stamp != listed:
            return stamp, b""
        with open(handle, "rb", closefd=False) as file:
            data = file.read(listed.size + 1)
        return (stamp if len(data) == listed.size else stamp._replace(size=-1)), data
    finally:
        os.close(handle)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a file" if stat.S_ISREG(mode) else "a special file"
