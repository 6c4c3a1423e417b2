"""How far a Notebook's own pod fragment may go where its Template allows one at all.

It may set what only concerns the notebook itself. It is written by users, so it stays below
baseline Pod Security even where the Template is above it, and takes nothing of the Template away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer.checks.metadata import is_of_controller
from renderer.checks.shape import items, mapping, text
from renderer.errors import Finding
from renderer.position import Path
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either, quoted

MAIN = "main"
POD_FIELDS = ("metadata", "spec")
METADATA_FIELDS = ("annotations", "labels")
SPEC_FIELDS = ("affinity", "containers", "nodeSelector", "tolerations", "volumes")
CONTAINER_FIELDS = (
    "args",
    "command",
    "env",
    "name",
    "ports",
    "resources",
    "volumeMounts",
    "workingDir",
)
PORT_FIELDS = ("containerPort", "name", "protocol")
RESOURCE_FIELDS = ("limits", "requests")
VOLUME_SOURCES = (
    "configMap",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
# Labels and annotations there switch sidecars, policies and controllers on and off.
CLUSTER_DOMAINS = ("istio.io", "jackhoman.dev", "k8s.io", "kubernetes.io", "linkerd.io")

HINT = "what else the pod needs belongs in the Template, or in a PodDefault"


def check_bounded_override(fragment: Mapping[str, Any]) -> list[Finding]:
    """What a Notebook's own fragment sets, or takes away, without having the right to."""
    spec = mapping(fragment.get("spec"))
    findings = list(_removals(fragment))
    findings += _others(fragment, (), POD_FIELDS)
    findings += _others(fragment.get("metadata"), ("metadata",), METADATA_FIELDS)
    for field in METADATA_FIELDS:
        findings += _cluster_keys(mapping(fragment.get("metadata")).get(field), field)
    findings += _others(spec, ("spec",), SPEC_FIELDS)
    findings += _check_volumes(spec)
    volumes = {text(volume.get("name")) for _, volume in items(spec.get("volumes"))}
    for index, container in items(spec.get("containers")):
        findings += _check_container(container, ("spec", "containers", index), volumes)
    return findings


def _others(value: object, path: Path, allowed: Sequence[str]) -> Iterator[Finding]:
    for field in mapping(value):
        if field not in allowed and not _is_directive(field):
            yield Finding(
                (*path, field),
                f"a Notebook may not set {field}",
                either(allowed),
                did_you_mean(str(field), allowed) or HINT,
            )


def _cluster_keys(value: object, field: str) -> Iterator[Finding]:
    for key in mapping(value):
        domain, slash, _ = str(key).partition("/")
        ours = any(f".{domain}".endswith(f".{known}") for known in CLUSTER_DOMAINS)
        if (slash and ours) or is_of_controller(str(key)):
            yield Finding(
                ("metadata", field, key),
                f"a Notebook may not set the {field.removesuffix('s')} {quoted(str(key))}",
                f"{field} outside {', '.join(CLUSTER_DOMAINS)}",
                HINT,
            )


def _check_volumes(spec: Mapping[str, Any]) -> Iterator[Finding]:
    for index, volume in items(spec.get("volumes")):
        path = ("spec", "volumes", index)
        yield from _others(volume, path, ("name", *VOLUME_SOURCES))
        if volume.keys().isdisjoint(VOLUME_SOURCES):
            name = quoted(text(volume.get("name")))
            message = f"the volume {name} brings no source of its own"
            yield Finding(path, message, either(VOLUME_SOURCES))


def _check_container(
    container: Mapping[str, Any], path: Path, volumes: set[str]
) -> Iterator[Finding]:
    name = text(container.get("name"))
    if name != MAIN:
        yield Finding(
            (*path, "name"),
            f"a Notebook may not change the container {quoted(name)}",
            f"{MAIN}, which is the main container whatever its name",
        )
    yield from _others(container, path, CONTAINER_FIELDS)
    yield from _others(container.get("resources"), (*path, "resources"), RESOURCE_FIELDS)
    for index, port in items(container.get("ports")):
        yield from _others(port, (*path, "ports", index), PORT_FIELDS)
    for index, mount in items(container.get("volumeMounts")):
        volume = text(mount.get("name"))
        if volume not in volumes:
            yield Finding(
                (*path, "volumeMounts", index, "name"),
                f"a Notebook may not mount the volume {quoted(volume)}, which is not its own",
                "a volume of the same fragment",
                did_you_mean(volume, volumes),
            )


def _removals(fragment: Mapping[str, Any]) -> Iterator[Finding]:
    """Nulls and merge directives, wherever they stand."""
    waiting: list[tuple[Path, Any]] = [((), fragment)]
    while waiting:
        path, value = waiting.pop()
        if value is None:
            yield Finding(path, "a Notebook may not take away what its Template sets", "a value")
        elif isinstance(value, dict):
            for key, child in value.items():
                if _is_directive(key):
                    yield Finding((*path, key), f"a Notebook may not use {quoted(key)}")
                else:
                    waiting.append(((*path, key), child))
        elif isinstance(value, list):
            waiting.extend(((*path, index), child) for index, child in enumerate(value))


def _is_directive(key: object) -> bool:
    return text(key).startswith("$")
