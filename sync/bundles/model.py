"""A bundle as plain data; the objects in it are packed, since an agent holds ten thousands."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from sys import intern
from typing import Any

import orjson

from sync.objects import GroupKind, Key, Object, annotations_of, key_of

NOTEBOOK = GroupKind("jackhoman.dev", "Notebook")
STATEFUL_SET = GroupKind("apps", "StatefulSet")
# An annotation: what carries it is there only while the notebook runs.
RUNS, WITH_NOTEBOOK = "jackhoman.dev/runs", "with-notebook"

_FASTEST = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One object of a bundle, and the file in the bundle's directory that holds it.

    `with_notebook`: it lives and dies with the running notebook.
    """

    key: Key
    api_version: str
    file: str
    packed: bytes
    with_notebook: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        return member, (self.key, self.api_version, self.file, self.packed, self.with_notebook)

    def load(self) -> dict[str, Any]:
        """The object, the caller's to keep."""
        value: dict[str, Any] = orjson.loads(zlib.decompress(self.packed))
        return value


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one directory holds, in the order to apply it; a namespace's own has no name."""

    directory: str
    namespace: str
    name: str
    oid: str
    members: tuple[Member, ...]

    @property
    def notebook(self) -> Member | None:
        return next((each for each in self.members if each.key.group_kind == NOTEBOOK), None)

    @property
    def workload(self) -> Member | None:
        """The StatefulSet that runs the notebook, and nothing beside it."""
        sets = (each for each in self.members if each.key.group_kind == STATEFUL_SET)
        return next((each for each in sets if not each.with_notebook), None)

    @property
    def company(self) -> tuple[Member, ...]:
        """What lives and dies with the running notebook."""
        return tuple(each for each in self.members if each.with_notebook)


def packed(obj: Object, file: str) -> Member:
    """The object as a member."""
    body = zlib.compress(orjson.dumps(obj), _FASTEST)
    goes_along = annotations_of(obj).get(RUNS) == WITH_NOTEBOOK
    return member(key_of(obj), obj["apiVersion"], file, body, goes_along)


def member(
    key: Key,
    api_version: str,
    file: str,
    body: bytes,
    with_notebook: bool,  # noqa: FBT001  as it is unpacked
) -> Member:
    """A member that shares its words with the others: there are many more members than words."""
    return Member(Key(*map(intern, key)), intern(api_version), intern(file), body, with_notebook)
