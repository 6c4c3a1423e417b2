"""The fragments of catalog documents, and what they depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.model.fragments import Dependency, Fragment, OnConflict, Reference, Scheduling
from renderer.parse.pieces import (
    Piece,
    constant,
    entries_of,
    items_of,
    mapping,
    origin,
    piece,
    sequence,
)
from renderer.parse.quantities import container_resources
from renderer.position import Document, Origin

MAIN = "main"


def written_fragment(document: Document) -> Fragment:
    """The fragment of a Template or a PodDefault, as it was written."""
    value = document.value
    name, spec = named(value), value["spec"]
    return Fragment(
        value["kind"],
        name,
        spec.get("template", {}),
        Origin(document, ("spec", "template")),
        OnConflict(spec.get("onConflict", OnConflict.FAIL)),
        tuple(_dependency(each, name.namespace) for each in spec.get("dependencies", ())),
        scheduling=Scheduling(spec.get("scheduling", Scheduling.REPLACE)),
    )


def _dependency(written: Mapping[str, Any], source: str) -> Dependency:
    namespaces = tuple(written["namespaces"]) if "namespaces" in written else None
    return Dependency(written["apiVersion"], written["kind"], written["name"], source, namespaces)


def size_fragment(document: Document) -> Fragment:
    """The fragment of a Size: its template, with its resources for the main container."""
    value = document.value
    spec = value["spec"]
    template = _template_piece(document, spec)
    if spec.get("resources"):
        template = _with_resources(template, _resources_piece(document))
    return Fragment(value["kind"], named(value), template.value, origin(document, template))


def named(value: Mapping[str, Any]) -> Reference:
    """The name and namespace of a document that its schema found good."""
    metadata = value["metadata"]
    return Reference(metadata["name"], metadata["namespace"])


def _template_piece(document: Document, spec: Mapping[str, Any]) -> Piece:
    if "template" in spec:
        return piece(document, "spec", "template")
    return mapping(document.mark[0], {})


def _resources_piece(document: Document) -> Piece:
    """Requests and limits, each amount at the place where it was written."""
    written = piece(document, "spec", "resources")
    place = written.mark[0]
    amounts = entries_of(written)
    return mapping(
        place,
        {
            key: amounts[key]
            if key in amounts
            else mapping(place, {name: amounts[name] for name in given})
            for key, given in container_resources(written.value).items()
        },
    )


def _with_resources(template: Piece, resources: Piece) -> Piece:
    """The template with the resources of its main container set, and nothing else changed."""
    place = resources.mark[0]
    parts = entries_of(template)
    pod = parts.get("spec") or mapping(place, {})
    pod_parts = entries_of(pod)
    containers = pod_parts.get("containers") or sequence(place, [])
    items = items_of(containers)
    index = next((i for i, each in enumerate(items) if _is_main(each.value)), len(items))
    main = items[index] if index < len(items) else mapping(place, {"name": constant(MAIN, place)})
    items[index : index + 1] = [mapping(main.mark[0], {**entries_of(main), "resources": resources})]
    pod_parts["containers"] = sequence(containers.mark[0], items)
    return mapping(template.mark[0], {**parts, "spec": mapping(pod.mark[0], pod_parts)})


def _is_main(container: Any) -> bool:
    return isinstance(container, dict) and container.get("name") == MAIN
