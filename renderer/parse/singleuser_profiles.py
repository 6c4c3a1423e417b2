"""One document of profiles, sizes and types of GPUs that its schema found good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from renderer.model.catalog import Size
from renderer.model.fragments import Fragment, Reference
from renderer.model.singleuser import Profile, Profiles
from renderer.parse.pieces import Piece, items_of, mapping, piece
from renderer.parse.singleuser_fragments import (
    Owner,
    amounts_of,
    fragment,
    gpus,
    pod_template,
    tolerations,
)
from renderer.parse.singleuser_services import services
from renderer.position import Document, Origin
from renderer.profiles import resources

EVERYBODY = "*"


def profiles_of(document: Document, empty: Profiles) -> Profiles:
    """What a document holds, for the named file or ConfigMap that it stands in."""
    namespace = empty.namespace
    return Profiles(
        empty.name,
        namespace,
        empty.origin,
        empty.is_labelled,
        tuple(_profiles(document, namespace)),
        tuple(_sizes(document, namespace)),
        _gpu_types(document, Reference(empty.name or document.file, namespace)),
    )


def _items(document: Document, key: str) -> Iterator[tuple[int, Piece]]:
    if document.value.get(key):
        yield from enumerate(items_of(piece(document, key)))


def _profiles(document: Document, namespace: str) -> Iterator[Profile]:
    for index, written in _items(document, "profiles"):
        value, path = written.value, ("profiles", index)
        name = value.get("name") or ""
        owner = Owner("Profile", Reference(name, namespace))
        users = frozenset(value.get("users") or ())
        has_services = bool(value.get("services"))
        yield Profile(
            name,
            frozenset() if EVERYBODY in users else users,
            frozenset(value.get("images") or ()),
            fragment(document, owner, pod_template(written, filled=False)),
            fragment(document, owner, pod_template(written, filled=True)),
            Origin(document, path),
            _has_amounts(value),
            gpus(value),
            services(document, (*path, "services"), namespace) if has_services else (),
        )


def _has_amounts(value: dict[str, Any]) -> bool:
    amounts = amounts_of(value.get("resources"), filled=False)
    return any(side in amounts for side in resources.SIDES)


def _sizes(document: Document, namespace: str) -> Iterator[Size]:
    for index, written in _items(document, "sizes"):
        value = written.value
        owner = Owner("Size", Reference(value["name"], namespace))
        yield Size(
            value["name"],
            namespace,
            fragment(document, owner, pod_template(written, filled=True)),
            Origin(document, ("sizes", index)),
            description=value.get("description") or "",
            resources=amounts_of(value.get("resources"), filled=True) or None,
        )


def _gpu_types(document: Document, name: Reference) -> Fragment | None:
    """What notebooks with a GPU are given besides, of whatever type it is."""
    if not document.value.get("gpuTypes"):
        return None
    written = piece(document, "gpuTypes")
    place = written.mark[0]
    pod = tolerations(written)
    template = mapping(place, {"spec": mapping(place, pod)} if pod else {})
    return fragment(document, Owner("GpuTypes", name), template)
