"""The output directory: staged first, then moved into place; foreign files stay.

A bundle's file is ours when it begins with our mark. New files wait in a hidden directory beside
the bundles until everything is known to be right, so a failure or a kill leaves the old state.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from renderer.bundle import KUSTOMIZATION as LIST
from renderer.bundle import MARK, Bundle
from renderer.errors import OutputError
from renderer.memory import stamp, stamp_of
from renderer.output import Change, Difference, anything, differences
from renderer.sources import read_regular

STAGING = ".octavo-staging"
# How deep below each of these the bundles stand; at 0 it is one itself.
ROOTS = {"notebooks": 2, "namespaces": 1, "argocd": 0, "flux": 0, "flux-namespaces": 1}
MARK_BYTES = MARK.encode()
# No file of a bundle is larger, whatever it begins with.
MAX_OURS = 16 << 20
# What opening says of a link, of a pipe, and of what is gone by now.
NO_FILE = frozenset({errno.ELOOP, errno.ENXIO, errno.ENOENT, errno.ENOTDIR})


class OutputDirectory:
    """Bundles as directories of files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamps: dict[str, str] = {}
        self._notes = False
        self._top = str(root)
        self._staging = f"{self._top}/{STAGING}"
        self._made: set[str] = set()
        self._plain: set[str] = set()

    def __str__(self) -> str:
        return str(self.root)

    @property
    def identity(self) -> str:
        """What no other output has."""
        return str(self.root.resolve())

    @property
    def knows_stamps(self) -> bool:
        """The disk is asked for each."""
        return False

    @contextmanager
    def writing(self, *, notes: bool = False) -> Iterator[None]:
        """Holds the directory for one writer; whatever was staged is gone at the end.

        With notes it is known of each staged bundle how it will be left.
        """
        self._notes = notes
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise _cannot("be written", self.root, error) from error
        try:
            _hold(handle, self.root)
            self._make_staging()
            yield
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)
            os.close(handle)

    def _make_staging(self) -> None:
        """A staging directory that is new and ours: nothing is written through what stands."""
        try:
            if os.path.islink(self._staging):  # noqa: PTH114 - it leads away: only the link goes
                os.unlink(self._staging)  # noqa: PTH108
            shutil.rmtree(self._staging, ignore_errors=True)
            os.mkdir(self._staging)  # noqa: PTH102
        except FileExistsError as error:
            message = f"{self._staging} cannot be removed, and rendering needs its place: remove it"
            raise OutputError(message) from error
        except OSError as error:
            raise _cannot("be written", self.root / STAGING, error) from error
        self._made.clear()

    def read(self, directory: str, wanted: Callable[[str], bool] = anything) -> dict[str, bytes]:
        """Our files of a bundle as they stand, of those names that are wanted."""
        found: dict[str, bytes] = {}
        try:
            with os.scandir(f"{self._top}/{directory}") as entries:
                names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except (FileNotFoundError, NotADirectoryError):
            return found
        except OSError as error:
            raise _cannot("be read", self.root / directory, error) from error
        for name in sorted(filter(_is_text, filter(wanted, names))):
            data = _read(f"{self._top}/{directory}/{name}")
            if data is not None:
                found[name] = data
        return found

    def compare(self, bundle: Bundle) -> list[Difference]:
        """The files of a bundle that differ from what stands."""
        return differences(bundle, self.read(bundle.directory))

    def stage(self, bundle: Bundle) -> Change:
        """Prepares a bundle; says what moving it into place will do."""
        target = f"{self._top}/{bundle.directory}"
        self._refuse_links(bundle.directory)
        is_new = not os.path.lexists(target)
        old = {} if is_new else self.read(bundle.directory)
        fresh = {name: text.encode() for name, text in bundle.files.items()}
        if old == fresh:
            return Change.SAME
        if not is_new:
            self._refuse_foreign(bundle.directory, fresh, old)
        self._write(bundle.directory, {k: v for k, v in fresh.items() if old.get(k) != v})
        return Change.CHANGED if old else Change.ADDED

    def _refuse_links(self, directory: str) -> None:
        """A link in the place of a directory would lead what is written to somewhere else."""
        path = directory
        while path and path not in self._plain:
            if os.path.islink(f"{self._top}/{path}"):  # noqa: PTH114
                message = f"{self.root / path} is a symbolic link: remove it, or render elsewhere"
                raise OutputError(message)
            if path != directory:
                self._plain.add(path)
            path = path.rpartition("/")[0]

    def _refuse_foreign(
        self, directory: str, fresh: Mapping[str, bytes], old: Mapping[str, bytes]
    ) -> None:
        for name in fresh:
            path = f"{self._top}/{directory}/{name}"
            if name not in old and os.path.lexists(path):
                message = (
                    f"{path} is not a file that Octavo rendered, and a bundle needs its place: "
                    "move it away or render elsewhere"
                )
                raise OutputError(message)

    def _write(self, directory: str, files: Mapping[str, bytes]) -> None:
        base = f"{self._staging}/{directory}"
        try:
            parent = os.path.dirname(base)  # noqa: PTH120 - thousands of them
            if parent not in self._made:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103
                self._made.add(parent)
            with suppress(FileExistsError):
                os.mkdir(base)  # noqa: PTH102
            states = [(name, _write_all(f"{base}/{name}", data)) for name, data in files.items()]
            if self._notes:
                self._stamps[directory] = stamp_of(states)
        except OSError as error:
            raise _cannot("be written", self.root / directory, error) from error

    def publish(self, bundle: str, keep: Iterable[str]) -> None:
        """Moves a staged bundle into place; our files that it no longer has go."""
        staged, target = f"{self._staging}/{bundle}", f"{self._top}/{bundle}"
        try:
            parent = os.path.dirname(target)  # noqa: PTH120
            if parent not in self._made:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103
                self._made.add(parent)
            if not os.path.lexists(target):
                os.rename(staged, target)  # noqa: PTH104
                return
            gone = set(self.read(bundle)) - set(keep)
            # The list of the others goes last but one: it never names a file that is not there.
            for name in sorted(os.listdir(staged), key=lambda name: (name == LIST, name)):  # noqa: PTH208
                os.replace(f"{staged}/{name}", f"{target}/{name}")  # noqa: PTH105
            for name in sorted(gone):
                os.unlink(f"{target}/{name}")  # noqa: PTH108
        except OSError as error:
            raise _cannot("be written", self.root / bundle, error) from error

    def stamp(self, directory: str) -> str:
        """The state of a bundle's directory as it stands."""
        return stamp(f"{self._top}/{directory}")

    def staged_stamp(self, directory: str, change: Change) -> str:
        """The state that a bundle will be left in, where that is known before it is published."""
        match change:
            case Change.SAME:
                return self.stamp(directory)
            case Change.ADDED:
                return self._stamps.pop(directory, "")
            case _:
                return ""

    def bundles(self, beside: Collection[str]) -> list[str]:
        """The directories that hold files of ours, but for those given."""
        return [
            directory
            for root, depth in ROOTS.items()
            if not os.path.islink(f"{self._top}/{root}")  # noqa: PTH114
            for directory in self._below(root, depth)
            if directory not in beside and self._is_ours(directory)
        ]

    def _below(self, directory: str, depth: int) -> Iterator[str]:
        if depth == 0:
            yield directory
            return
        for name in self._directories(directory):
            yield from self._below(f"{directory}/{name}", depth - 1)

    def _directories(self, directory: str) -> list[str]:
        try:
            with os.scandir(f"{self._top}/{directory}") as entries:
                found = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _cannot("be read", self.root / directory, error) from error
        return sorted(filter(_is_text, found))

    def _is_ours(self, directory: str) -> bool:
        path = f"{self._top}/{directory}/{LIST}"
        if _is_regular(path):
            return _read(path) is not None
        return bool(self.read(directory))

    def remove(self, directory: str) -> None:
        """Removes our files of a bundle, and its directory where nothing else is in it."""
        try:
            for name in self.read(directory):
                os.unlink(f"{self._top}/{directory}/{name}")  # noqa: PTH108
            path = self.root / directory
            while path != self.root and not any(path.iterdir()):
                path.rmdir()
                path = path.parent
        except OSError as error:
            raise _cannot("be removed", self.root / directory, error) from error


def _read(path: str) -> bytes | None:
    """The bytes of a file of ours; None where there is another, or none at all."""
    try:
        return read_regular(path, _may_be_ours, MARK_BYTES)
    except OSError as error:
        if error.errno in NO_FILE:
            return None
        raise _cannot("be read", Path(path), error) from error


def _may_be_ours(status: os.stat_result) -> bool:
    return status.st_size <= MAX_OURS


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; no name of ours is anything else."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def _write_all(path: str, data: bytes) -> os.stat_result:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        written = os.write(handle, data)
        while written < len(data):
            written += os.write(handle, data[written:])
        return os.fstat(handle)
    finally:
        os.close(handle)


def _hold(handle: int, root: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another render is writing to {root}: wait for it to end"
        raise OutputError(message) from error


def _cannot(what: str, path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot {what}: {error.strerror or error}")
