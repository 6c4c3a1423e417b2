"""What is remembered of a source file and its bundles, and how it is kept: as plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.errors import Problem, Severity
from renderer.position import Position
from renderer.storage import Mount, Storage


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
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """A source file, and all that came of it."""

    version: tuple[int, ...]
    bundles: tuple[RememberedBundle, ...]
    warnings: tuple[Problem, ...]


def written_all(files: Mapping[str, RememberedFile]) -> dict[str, Any]:
    """Records as they are kept; what many bundles use alike is written once."""
    numbers: dict[tuple[str, ...], int] = {}
    records = {name: _written(file, numbers) for name, file in files.items()}
    return {"uses": list(numbers), "files": records}


def _written(file: RememberedFile, uses: dict[tuple[str, ...], int]) -> list[Any]:
    bundles = [
        [
            *(b.namespace, b.name, b.line, b.column, b.files, b.stamp, b.storage),
            uses.setdefault(b.uses, len(uses)),
        ]
        for b in file.bundles
    ]
    return [file.version, bundles, [_written_problem(problem) for problem in file.warnings]]


def read_items(records: object) -> dict[str, str]:
    """The digests of the documents that bundles may use."""
    match records:
        case dict():
            return {_text(name): _text(digest) for name, digest in records.items()}
        case _:
            raise ValueError(_RUBBISH)


def read_all(kept: Mapping[str, object]) -> dict[str, RememberedFile]:
    """The records as they were kept; a ValueError where they are of any other shape."""
    match kept:
        case {"uses": list(uses), "files": dict(files)}:
            known = [_read_texts(each) for each in uses]
            return {_text(name): _read(record, known) for name, record in files.items()}
        case _:
            raise ValueError(_RUBBISH)


def _read_texts(record: object) -> tuple[str, ...]:
    match record:
        case list():
            return tuple(map(_text, record))
        case _:
            raise ValueError(_RUBBISH)


def _read(record: object, uses: Sequence[tuple[str, ...]]) -> RememberedFile:
    match record:
        case [list(version), list(bundles), list(warnings)]:
            return RememberedFile(
                tuple(map(_number, version)),
                tuple(_read_bundle(bundle, uses) for bundle in bundles),
                tuple(map(_read_problem, warnings)),
            )
        case _:
            raise ValueError(_RUBBISH)


def _read_bundle(record: object, uses: Sequence[tuple[str, ...]]) -> RememberedBundle:
    match record:
        case [space, name, line, column, list(files), stamp, storage, int(used)] if type(
            used
        ) is int and 0 <= used < len(uses):
            return RememberedBundle(
                _text(space),
                _text(name),
                _number(line),
                _number(column),
                tuple(map(_text, files)),
                _text(stamp),
                _read_storage(storage),
                uses[used],
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
