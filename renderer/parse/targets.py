"""The targets of `octavo.yaml`: what they lay over the common settings, and places that clash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

from renderer.errors import Problem
from renderer.model.places import Place
from renderer.parse.result import Remark
from renderer.parse.shapes import list_at, mapping_at
from renderer.position import Document, Path


def laid_over(common: Any, own: Any) -> Any:
    """Mappings key by key; of anything else, the target's own."""
    if not isinstance(common, dict) or not isinstance(own, dict):
        return own
    shared = {key: laid_over(common[key], own[key]) for key in own.keys() & common.keys()}
    return {**common, **own, **shared}


def route_at(common: Any, own: Any) -> Any:
    """The routing of a target: what it says over what all say, if that is of the same kind."""
    base, over = _as_fields(common), _as_fields(own)
    is_alike = over.get("kind", base["kind"]) == base["kind"]
    return laid_over(base, over) if is_alike else over


def _as_fields(written: Any) -> Any:
    return {"kind": written} if isinstance(written, str) else written


def same_places(document: Document) -> Iterator[Problem]:
    """Targets that would write over one another."""
    targets = mapping_at(document.value, "targets")
    places = {name: _place(mapping_at(targets, name)) for name in targets}
    for one, other in combinations(places, 2):
        if clash := places[one].clash(places[other]):
            words = Remark(f"{other} and {one} are no two places: {clash}", _OF_ITS_OWN)
            yield words.at(document, ("targets", other), ("targets", one))


_OF_ITS_OWN = "a branch or a path of its own for each of them"


def _place(target: Mapping[str, Any]) -> Place:
    branch, path = target.get("branch"), target.get("path")
    texts = (each if isinstance(each, str) else "" for each in (branch, path))
    return Place(*texts)


def unknown_targets(document: Document) -> Iterator[Problem]:
    """Policies of namespaces that ask for targets which do not exist."""
    targets = mapping_at(document.value, "targets")
    for path, policy in _policies(mapping_at(document.value, "namespaces")):
        for index, glob in enumerate(list_at(policy, "targets")):
            if not any(fnmatchcase(str(name), str(glob)) for name in targets):
                known = f"one of {', '.join(map(str, targets))}" if targets else ""
                words = Remark(f'there is no target "{glob}"', known or "a target below targets")
                yield words.at(document, ("namespaces", *path, "targets", index))


def _policies(namespaces: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    yield ("defaults",), mapping_at(namespaces, "defaults")
    policies = mapping_at(namespaces, "policies")
    for name in policies:
        yield ("policies", name), mapping_at(policies, name)
