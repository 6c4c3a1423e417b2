"""What a bundle holds, told apart: the notebook's own objects, and those that run with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.bundle import Bundle
from renderer.labels import RUNS, WITH_NOTEBOOK
from renderer.yamlio import load_all

Manifest = Mapping[str, Any]
# An object by its group, kind and name: of whichever version, it is the same one.
Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Manifests:
    """The objects of a bundle; none of one that there is not."""

    own: tuple[Manifest, ...] = ()
    services: Mapping[Identity, Manifest] = field(default_factory=dict)

    def of_kind(self, kind: str) -> dict[str, Manifest]:
        """The notebook's own objects of a kind, by name."""
        return {m["metadata"]["name"]: m for m in self.own if m.get("kind") == kind}

    def only(self, kind: str) -> Manifest:
        return next(iter(self.of_kind(kind).values()), {})

    @property
    def workload(self) -> Mapping[str, Any]:
        """The spec of the StatefulSet."""
        return self.only("StatefulSet").get("spec") or {}


def manifests_of(bundle: Bundle | None) -> Manifests:
    if bundle is None:
        return Manifests()
    documents = load_all(bundle.stream().encode(), bundle.directory)
    found = [each.value for each in documents if isinstance(each.value, dict)]
    services = {_identity(each): each for each in found if _runs_with_it(each)}
    return Manifests(tuple(each for each in found if not _runs_with_it(each)), services)


def annotations_of(manifest: Manifest) -> Mapping[str, Any]:
    return (manifest.get("metadata") or {}).get("annotations") or {}


def is_same(one: object, other: object) -> bool:
    """Whether two values are the same, as neither 1 and true nor 1 and 1.0 are."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and one == other


def _runs_with_it(manifest: Manifest) -> bool:
    return annotations_of(manifest).get(RUNS) == WITH_NOTEBOOK


def _identity(manifest: Manifest) -> Identity:
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    return group, str(manifest["kind"]), str(manifest["metadata"]["name"])
