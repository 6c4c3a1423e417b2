"""What the last render into a directory read and wrote, so that the next one can pass over it.

A file is passed over only when nothing it depends on has changed: the program, the settings, the
chart, what it uses of the catalog, the file itself and every file of its bundles. Losing a memory
loses only time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import renderer
from renderer.basis import Basis
from renderer.records import RememberedFile, read_all, read_items, written_all
from renderer.sources import read_regular
from renderer.tree import File

FORMAT = 3
# As much as some hundred thousand notebooks need.
MAX_MEMORY = 256 << 20


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

    def files(self, basis: Basis) -> dict[str, RememberedFile]:
        """The records of the last render whose bundles would be rendered from the same again."""
        if self._kept.get("shared") != basis.shared:
            return {}
        try:
            files = read_all(self._kept)
            changed = basis.changed_since(read_items(self._kept.get("items")))
        except ValueError:
            self._kept = {}
            return {}
        self._files = files if not changed else _untouched(files, changed)
        return self._files

    def settled(self, file: File) -> bool:
        """Whether a later change of the file is sure to show."""
        return file.is_settled(self._now)

    def save(self, basis: Basis, files: Mapping[str, RememberedFile]) -> None:
        """Keeps the records for the next render; a folder that cannot be written keeps none."""
        if not self._is_used:
            return
        known = (self._kept.get("shared"), self._kept.get("items"))
        if files == self._files and known == (basis.shared, basis.items):
            return
        kept = {"format": FORMAT, "shared": basis.shared, "items": dict(basis.items)}
        kept |= written_all(files)
        temporary = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_json().dumps(kept, default=tuple))
            temporary.replace(self._path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    def _load(self) -> dict[str, Any]:
        try:
            data = read_regular(str(self._path), _is_ours)
            kept = _json().loads(data or b"")
        except (OSError, ValueError, RecursionError):
            return {}
        fits = isinstance(kept, dict) and kept.get("format") == FORMAT
        return kept if fits else {}


def _json() -> ModuleType:
    # Imported here: one notebook needs none of it.
    return import_module("orjson")


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and status.st_size <= MAX_MEMORY


def _untouched(
    files: Mapping[str, RememberedFile], changed: frozenset[str]
) -> dict[str, RememberedFile]:
    return {
        name: file
        for name, file in files.items()
        if all(changed.isdisjoint(bundle.uses) for bundle in file.bundles)
    }


def program_digest() -> str:
    """A digest of the program itself, and of the schemas that come with it."""
    digest = blake2b(digest_size=16)
    program = Path(renderer.__file__).parent
    schemas = Path(str(import_module("renderer.schemas").__file__)).parent
    for path in (*sorted(program.rglob("*.py")), *sorted(schemas.rglob("*.json"))):
        status = path.stat()
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
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
