"""Kubeflow's PodDefault, read as one of ours: a fragment for every container of what it matches."""

from __future__ import annotations

from renderer.model.catalog import Match, PodDefault
from renderer.model.fragments import Fragment
from renderer.parse.catalog import requirements
from renderer.parse.fragments import named
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
from renderer.position import Document, Origin

EVERY_CONTAINER = "*"
OF_METADATA = ("labels", "annotations")
OF_CONTAINERS = ("command", "args", "env", "envFrom", "volumeMounts")
OF_PODS = (
    "initContainers",
    "volumes",
    "tolerations",
    "serviceAccountName",
    "automountServiceAccountToken",
    "imagePullSecrets",
)


def kubeflow_pod_default(document: Document) -> PodDefault:
    """It applies by itself to the notebooks of its namespace that its selector matches."""
    value = document.value
    name, spec = named(value), value["spec"]
    template = _template(piece(document, "spec"))
    return PodDefault(
        name.name,
        name.namespace,
        Fragment(value["kind"], name, template.value, origin(document, template)),
        Origin(document),
        display_name=spec.get("desc", ""),
        match=Match(namespaces=(name.namespace,), labels=tuple(requirements(spec["selector"]))),
    )


def _template(spec: Piece) -> Piece:
    """The fields of the spec, each where a pod template has it."""
    place = spec.mark[0]
    written = entries_of(spec)

    def part(keys: tuple[str, ...]) -> dict[str, Piece]:
        return {key: written[key] for key in keys if key in written}

    metadata, pod, container = part(OF_METADATA), part(OF_PODS), part(OF_CONTAINERS)
    containers = items_of(written["sidecars"]) if "sidecars" in written else []
    if container:
        every = {"name": constant(EVERY_CONTAINER, place), **container}
        containers.insert(0, mapping(place, every))
    if containers:
        pod["containers"] = sequence(place, containers)
    whole = {"metadata": metadata, "spec": pod}
    return mapping(place, {key: mapping(place, parts) for key, parts in whole.items() if parts})
