"""Looks into values of any shape without stumbling; what has the wrong shape is passed over."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from renderer.errors import Problem
from renderer.parse.result import Remark
from renderer.position import Document, Path

EMPTY: Mapping[str, Any] = MappingProxyType({})


def mapping_at(value: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path, or an empty one."""
    for step in path:
        if not isinstance(value, dict):
            return EMPTY
        value = value.get(step)
    return value if isinstance(value, dict) else EMPTY


def list_at(holder: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key, or an empty one."""
    found = holder.get(key)
    return found if isinstance(found, list) else []


def mappings_at(holder: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of the list under a key, with their indices."""
    return ((i, each) for i, each in enumerate(list_at(holder, key)) if isinstance(each, dict))


def repeated(
    document: Document,
    path: tuple[str, ...],
    what: str,
    identify: Callable[[Any], Any] = lambda item: item,
    at: Path = (),
) -> Iterator[Problem]:
    """A problem for each item of the list at `path` that stands there a second time.

    `identify` gives what must differ, or None; `at` leads from an item to the place to show.
    """
    items = list_at(mapping_at(document.value, *path[:-1]), path[-1])
    first: dict[Hashable, int] = {}
    for index, item in enumerate(items):
        identity = identify(item)
        if not isinstance(identity, str | int | tuple):
            continue
        before = first.setdefault(identity, index)
        if before != index:
            shown = identity[-1] if isinstance(identity, tuple) else identity
            words = Remark(f'{what} "{shown}" is given twice', "each of them once")
            yield words.at(document, (*path, index, *at), (*path, before, *at))


def field_of(key: str) -> Callable[[Any], Any]:
    """Identifies a mapping by one of its fields."""

    def identify(item: Any) -> Any:
        return item.get(key) if isinstance(item, dict) else None

    return identify
