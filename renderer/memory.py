"""What the last render into a directory read and wrote, so that the next one can pass over it.

A file is passed over only when nothing it depends on has changed: the program, the settings, the
catalog, the charts, the file itself and every file of its bundles. Losing a memory loses only time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import renderer
from renderer.errors import Problem, Severity
from renderer.position import Position
from renderer.sources import SourceFile

FORMAT = 1
# A file that changed this shortly before it was read may change again without a newer time on it.
UNSETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class RememberedBundle:
    """A bundle that was written, and the state in which its directory was left."""

    namespace: str
    name: str
    line: int
    column: int
    files: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """A source file, and all that came of it."""

    version: tuple[int, ...]
    bundles: tuple[RememberedBundle, ...]
    warnings: tuple[Problem, ...]


class Memory:
    """The memory of one output directory, in the user's cache folder."""

    def __init__(self, output: Path) -> None:
        folder = cache_folder() / "render"
        self._path = folder / f"{_digest(str(output.resolve()).encode())}.json"
        self._kept = self._load()
        self._files: dict[str, RememberedFile] = {}
        self._now = time.time_ns()

    def recalls(self, file: SourceFile) -> bool:
        """Whether the file is what it was, whatever became of the rest."""
        record = self._kept.get("files", {}).get(file.name)
        return record is not None and tuple(record[0]) == file.version

    def files(self, installation: str) -> dict[str, RememberedFile]:
        """The records of the last render, where everything that notebooks share is unchanged."""
        if self._kept.get("installation") == installation:
            self._files = {name: _read(record) for name, record in self._kept["files"].items()}
        return self._files

    def settled(self, file: SourceFile) -> bool:
        """Whether a later change of the file is sure to show."""
        return max(file.version[1:3]) < self._now - UNSETTLED_NS

    def save(self, installation: str, files: Mapping[str, RememberedFile]) -> None:
        """Keeps the records for the next render; a folder that cannot be written keeps none."""
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
            kept = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        fits = isinstance(kept, dict) and kept.get("format") == FORMAT
        return kept if fits else {}


def _written(file: RememberedFile) -> list[Any]:
    """A record as it is kept."""
    return [
        file.version,
        [[b.namespace, b.name, b.line, b.column, b.files, b.stamp] for b in file.bundles],
        [_written_problem(problem) for problem in file.warnings],
    ]


def _read(record: Sequence[Any]) -> RememberedFile:
    """A record as it was kept."""
    version, bundles, warnings = record
    return RememberedFile(
        tuple(version),
        tuple(
            RememberedBundle(space, name, line, column, tuple(files), stamp)
            for space, name, line, column, files, stamp in bundles
        ),
        tuple(_read_problem(*problem) for problem in warnings),
    )


def _written_problem(problem: Problem) -> list[Any]:
    return [
        problem.position,
        problem.message,
        problem.expected,
        problem.hint,
        problem.there,
        problem.severity.value,
    ]


def _read_problem(place: Any, message: str, expected: str, hint: str, *rest: Any) -> Problem:
    there, severity = rest
    return Problem(
        Position(*place),
        message,
        expected,
        hint,
        tuple(Position(*other) for other in there),
        Severity(severity),
    )


def installation_digest(sources: Iterable[tuple[str, bytes]]) -> str:
    """A digest of the program itself and of what all notebooks share."""
    digest = blake2b(digest_size=16)
    program = Path(renderer.__file__).parent
    for path in sorted(program.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    for name, data in sources:
        digest.update(f"{name} {len(data)}\n".encode())
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
    return _digest("/".join(states).encode())


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "octavo"
