"""Kubeflow's Notebook, read as one of ours with an inline template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from renderer.errors import Problem, Severity
from renderer.model.notebook import HomeChoice, Notebook, Volume
from renderer.model.subjects import Subject
from renderer.parse.kubeflow_annotations import annotation_faults, wishes
from renderer.parse.kubeflow_pods import CONTEXT, TTL, main_index, one_context, pod_template
from renderer.parse.metadata import STOPPED_BY_KUBEFLOW, kept
from renderer.parse.result import Remark
from renderer.parse.shapes import list_at, mapping_at
from renderer.position import Document, Origin, Path

HOME_SIZE = "10Gi"
TTL_PLACES: tuple[tuple[str, ...], ...] = (
    ("spec", TTL),
    ("spec", "template", TTL),
    ("spec", "template", "spec", TTL),
)


def kubeflow_notebook(document: Document) -> Notebook:
    """What the template and the annotations say together."""
    metadata = document.value["metadata"]
    written = document.value["spec"]["template"]
    annotations = metadata.get("annotations") or {}
    asked = wishes(annotations)
    labels = kept(metadata, "labels")
    template = pod_template(written, metadata["name"], labels, asked)
    home = None
    if asked.home and not _is_mounted(written["spec"]["containers"], metadata["name"], asked.home):
        home = HomeChoice(HOME_SIZE, mount_path=asked.home)
    volumes = tuple(
        Volume(name.replace(".", "-"), f"/mnt/{name}", claim=name) for name in asked.disks
    )
    stopped = STOPPED_BY_KUBEFLOW in annotations
    ttl = next((value for _, value in _ttls(document.value)), None)
    owner = Subject("User", asked.creator) if asked.creator else None
    notebook = Notebook(
        metadata["name"],
        metadata["namespace"],
        Origin(document),
        {},
        labels,
        kept(metadata, "annotations"),
        owner=owner,
        template=template,
        template_origin=Origin(document, ("spec", "template")),
        inline=True,
        home=home,
        volumes=volumes,
        stopped=stopped,
        ttl_seconds=ttl,
    )
    return _with_spec(notebook)


def kubeflow_notebook_faults(document: Document) -> Iterator[Problem]:
    """Annotations that cannot be followed, and how oddities of the template were understood."""
    yield from annotation_faults(document)
    yield from _context_remarks(document)
    first: tuple[Path, Any] | None = None
    for path, seconds in _ttls(document.value):
        if first is not None and seconds != first[1]:
            yield Remark(f"{TTL} is given twice, differently").at(document, path, first[0])
        first = first or (path, seconds)


def _with_spec(notebook: Notebook) -> Notebook:
    """The same notebook, with the spec that the resource in the cluster will carry."""
    spec: dict[str, Any] = {"template": notebook.template}
    if notebook.owner is not None:
        spec["owner"] = {"kind": notebook.owner.kind, "name": notebook.owner.name}
    if notebook.home is not None:
        spec["home"] = {"size": notebook.home.size, "mountPath": notebook.home.mount_path}
    if notebook.volumes:
        spec["volumes"] = [
            {"name": each.name, "mountPath": each.mount_path, "claimName": each.claim}
            for each in notebook.volumes
        ]
    if notebook.stopped:
        spec["stopped"] = True
    if notebook.ttl_seconds is not None:
        spec[TTL] = notebook.ttl_seconds
    return replace(notebook, spec=spec)


def _is_mounted(containers: list[Mapping[str, Any]], notebook: str, path: str) -> bool:
    """Whether the main container mounts a volume of its own there."""
    main = containers[main_index(containers, notebook)]
    return any(mount.get("mountPath") == path for mount in main.get("volumeMounts", ()))


def _ttls(value: Any) -> Iterator[tuple[Path, Any]]:
    for path in TTL_PLACES:
        holder = mapping_at(value, *path[:-1])
        if TTL in holder:
            yield path, holder[TTL]


def _context_remarks(document: Document) -> Iterator[Problem]:
    """How a security context that is a list was understood."""
    place = ("spec", "template", "spec", CONTEXT)
    parts = list_at(mapping_at(document.value, *place[:-1]), CONTEXT)
    if not parts or not all(isinstance(part, dict) for part in parts):
        return
    seen: dict[str, int] = {}
    for index, part in enumerate(parts):
        for key in part:
            if key in seen and parts[seen[key]][key] != part[key]:
                words = Remark(f"{key} is given twice, differently, in one {CONTEXT}")
                yield words.at(document, (*place, index, key), (*place, seen[key], key))
            seen.setdefault(key, index)
    understood = ", ".join(_shown(key, value) for key, value in one_context(parts).items())
    yield Remark(
        f"{CONTEXT} is a list; it was read as the pod's {CONTEXT} with {understood}",
        "a mapping",
        'remove the "-" before its first field',
        Severity.WARNING,
    ).at(document, place)


def _shown(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"{key}: {str(value).lower()}"
    return f"{key}: {value}" if isinstance(value, int) else str(key)
