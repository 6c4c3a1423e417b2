"""What the last render into a directory read and wrote, so that the next one can pass over it.

A file is passed over only when nothing it depends on has changed: the program, the settings, the
catalog, the charts, the file itself and every file of its bundles. Losing a memory loses only time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import renderer
from renderer.errors import Problem, Severity
from renderer.position import Position
from renderer.sources import read_regular
from renderer.storage import Mount, Storage
from renderer.tree import File

FORMAT = 2
# As much as some hundred thousand notebooks need.
MAX_MEMORY = 256 << 20


@dataclass(frozen=True, slots=True)
class RememberedBundle:
    """A bundle that was written, and the state in which its directory was left."""

    namespace: str
    name: str
    line: int
    column: int
    files: tuple[str, ...]
    stamp: str
    storage: Storage


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """A source file, and all that came of it."""

    version: tuple[int, ...]
    bundles: tuple[RememberedBundle, ...]
    warnings: tuple[Problem, ...]


class Memory:
    """The memory of one output, in the user's cache folder.

    A folder inside the source tree is not used: what is in it may come from anybody.
    """

    def __init__(self, output: str, tree: Path | None = None) -> None:
        folder = cache_folder() / "render"
        self._path = folder / f"{_digest(output.encode())}.json"
        self._is_used = tree is None or not is_inside(tree)
        self._kept = self._load() if self._is_used else {}
        self._files: dict[str, RememberedFile] = {}
        self._now = time.time_ns()

    def files(self, installation: str) -> dict[str, RememberedFile]:
        """The records of the last render, where everything that notebooks share is unchanged."""
        if self._kept.get("installation") == installation:
            try:
                self._files = _read_all(self._kept.get("files"))
            except ValueError:
                self._kept = {}
        return self._files

    def settled(self, file: File) -> bool:
        """Whether a later change of the file is sure to show."""
        return file.is_settled(self._now)

    def save(self, installation: str, files: Mapping[str, RememberedFile]) -> None:
        """Keeps the records for the next render; a folder that cannot be written keeps none."""
        if not self._is_used:
            return
        if files == self._files and installation == self._kept.get("installation"):
            return
        written = {name: _written(file) for name, file in files.items()}
        kept = {"format": FORMAT, "installation": installation, "files": written}
        temporary = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(kept, separators=(",", ":")), encoding="utf-8")
            temporary.replace(self._path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    def _load(self) -> dict[str, Any]:
        try:
            data = read_regular(str(self._path), _is_ours)
            kept = json.loads(data or b"")
        except (OSError, ValueError, RecursionError):
            return {}
        fits = isinstance(kept, dict) and kept.get("format") == FORMAT
        return kept if fits else {}


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and status.st_size <= MAX_MEMORY


def _written(file: RememberedFile) -> list[Any]:
    """A record as it is kept."""
    return [
        file.version,
        [
            [b.namespace, b.name, b.line, b.column, b.files, b.stamp, b.storage]
            for b in file.bundles
        ],
        [_written_problem(problem) for problem in file.warnings],
    ]


def _read_all(records: object) -> dict[str, RememberedFile]:
    """The records as they were kept; a ValueError where they are of any other shape."""
    match records:
        case dict():
            return {_text(name): _read(record) for name, record in records.items()}
        case _:
            raise ValueError(_RUBBISH)


def _read(record: object) -> RememberedFile:
    match record:
        case [list(version), list(bundles), list(warnings)]:
            return RememberedFile(
                tuple(map(_number, version)),
                tuple(map(_read_bundle, bundles)),
                tuple(map(_read_problem, warnings)),
            )
        case _:
            raise ValueError(_RUBBISH)


def _read_bundle(record: object) -> RememberedBundle:
    match record:
        case [space, name, line, column, list(files), stamp, storage]:
            return RememberedBundle(
                _text(space),
                _text(name),
                _number(line),
                _number(column),
                tuple(map(_text, files)),
                _text(stamp),
                _read_storage(storage),
            )
        case _:
            raise ValueError(_RUBBISH)


def _read_storage(record: object) -> Storage:
    match record:
        case [list(makes), list(mounts), owner, list(people)]:
            return Storage(
                tuple(map(_text, makes)),
                tuple(map(_read_mount, mounts)),
                _text(owner),
                tuple(map(_text, people)),
            )
        case _:
            raise ValueError(_RUBBISH)


def _read_mount(record: object) -> Mount:
    match record:
        case [claim, line, column]:
            return Mount(_text(claim), _number(line), _number(column))
        case _:
            raise ValueError(_RUBBISH)


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError(_RUBBISH)
    return value


def _text(value: object) -> str:
    # What is no Unicode, or has a NUL, fails wherever it is written or opened.
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(_RUBBISH)
    if not value.isascii():
        value.encode()
    return value


_RUBBISH = "this is not how a memory is kept"


def _written_problem(problem: Problem) -> list[Any]:
    return [
        problem.position,
        problem.message,
        problem.expected,
        problem.hint,
        problem.there,
        problem.severity.value,
    ]


def _read_problem(record: object) -> Problem:
    match record:
        case [place, message, expected, hint, list(there), severity]:
            return Problem(
                _read_position(place),
                _text(message),
                _text(expected),
                _text(hint),
                tuple(map(_read_position, there)),
                Severity(_text(severity)),
            )
        case _:
            raise ValueError(_RUBBISH)


def _read_position(record: object) -> Position:
    match record:
        case [file, line, column]:
            return Position(_text(file), _number(line), _number(column))
        case _:
            raise ValueError(_RUBBISH)


def installation_digest(sources: Iterable[tuple[str, bytes]]) -> str:
    """A digest of the program itself and of what all notebooks share."""
    digest = blake2b(digest_size=16)
    program = Path(renderer.__file__).parent
    for path in sorted(program.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    for name, data in sources:
        digest.update(f"{name} {len(data)}\n".encode(errors="surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


def stamp(directory: str) -> str:
    """The state of a directory's files: names, sizes, times and inodes."""
    try:
        with os.scandir(directory) as entries:
            found = [(e.name, e.stat(follow_symlinks=False)) for e in entries]
    except OSError:
        return ""
    return stamp_of(found)


def stamp_of(found: Iterable[tuple[str, os.stat_result]]) -> str:
    """The state of files as `stat` tells it."""
    states = sorted(f"{name}:{s.st_size}:{s.st_mtime_ns}:{s.st_ino}" for name, s in found)
    return _digest("/".join(states).encode(errors="surrogateescape"))


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the text may be empty
        return Path(base) / "octavo"
    try:
        return Path.home() / ".cache" / "octavo"
    except RuntimeError:  # a user of no name and no home: nothing is kept
        return Path(os.devnull) / "octavo"


def is_inside(root: Path) -> bool:
    """Whether the cache folder stands in a source tree, where others may have filled it."""
    return Path(os.path.realpath(cache_folder())).is_relative_to(os.path.realpath(root))
