"""`--nodes`: the nodes of a cluster, and what of a catalog none of them could hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from renderer.catalog import Catalog
from renderer.cli.inputs import read
from renderer.compose.fold import main_container
from renderer.errors import InputError, Problem, Severity
from renderer.imports.manifests import values_in
from renderer.model.fragments import Fragment
from renderer.position import Path, Position
from renderer.profiles.nodes import Node, beyond, homeless, node_documents, nodes_of

# None where nobody said what nodes there are.
Nodes: TypeAlias = "Sequence[Node] | None"


def nodes_in(name: str | None) -> Nodes:
    """The nodes of the file, if one was named. InputError says what is wrong with it."""
    if name is None:
        return None
    file, data = read(name)
    values = values_in(data, file)
    if not any(node_documents(values)):
        message, expected = "there is no Node in it", "what kubectl get nodes -o yaml prints"
        raise InputError([Problem(Position(file, 1, 1), message, expected)])
    return nodes_of(values)


def warnings(catalog: Catalog, nodes: Nodes) -> Iterator[Problem]:
    """What no node could hold of the sizes, Templates and profiles of a catalog."""
    for fragment in _fragments(catalog):
        path, _ = _resources(fragment)
        for remark in remarks(fragment, nodes):
            place = fragment.origin.at(path)
            yield Problem(place, f"the {fragment}: {remark}", severity=Severity.WARNING)


def remarks(fragment: Fragment, nodes: Nodes) -> list[str]:
    """The same of one fragment, in words."""
    if nodes is None:
        return []
    _, resources = _resources(fragment)
    said = homeless(resources, nodes) or beyond(resources, nodes)
    return [said] if said else []


def _fragments(catalog: Catalog) -> Iterator[Fragment]:
    for items in (catalog.templates, catalog.sizes):
        for item in items.values():
            yield item.fragment
    for profile in catalog.singleuser.profiles:
        yield profile.fragment


def _resources(fragment: Fragment) -> tuple[Path, Mapping[str, Any]]:
    """What the main container of a fragment asks for, and where that stands."""
    main = main_container(fragment.template, fragment.name.name)
    containers = (fragment.template.get("spec") or {}).get("containers") or []
    for index, container in enumerate(containers):
        if container.get("name") == main:
            path = ("spec", "containers", index, "resources")
            return path, container.get("resources") or {}
    return (), {}
