"""Which bundle an object of the cluster belongs to, by its marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync.marks import (
    NAMESPACE,
    NAMESPACE_BUNDLE,
    NOTEBOOK,
    NOTEBOOK_LABEL,
    PART_OF,
    REVISION_OF,
    applyset_id,
)
from sync.objects import Key, kind_of


def bundle_of(metadata: Mapping[str, Any], key: Key, sets: Mapping[str, str]) -> str | None:
    """The directory of the bundle that an object belongs to; None where its marks do not agree.

    `sets` are the ids of ApplySets in the source, and their directories.
    """
    found = metadata.get("labels") or {}
    set_id = found.get(PART_OF)
    if key.group_kind == NOTEBOOK:
        return of_notebook(key)
    if place := found.get(NAMESPACE_BUNDLE):
        home = key.name if key.group_kind == NAMESPACE else key.namespace
        return f"namespaces/{place}" if place == home and set_id is None else None
    if directory := sets.get(str(set_id)):
        return directory if namespace_of(directory) == key.namespace else None
    for name in _parents(metadata):
        if set_id in {None, applyset_id(key.namespace, name)}:
            return f"notebooks/{key.namespace}/{name}"
    return None


def _parents(metadata: Mapping[str, Any]) -> Iterator[str]:
    """The Notebooks that an object speaks of, the best word first."""
    for owner in metadata.get("ownerReferences") or ():
        if kind_of(owner) == NOTEBOOK:
            yield owner["name"]
    found = metadata.get("labels") or {}
    yield from (found[label] for label in (NOTEBOOK_LABEL, REVISION_OF) if found.get(label))


def of_notebook(key: Key) -> str:
    return f"notebooks/{key.namespace}/{key.name}"


def namespace_of(directory: str) -> str:
    return directory.split("/")[1]
