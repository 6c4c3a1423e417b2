"""Volumes of a pod, and where its containers mount them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer import quantity
from renderer.checks.shape import Container, items, mapping, repeated, text
from renderer.errors import Finding, Severity
from renderer.names import is_dns_label
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import quoted


def check_volumes(spec: Mapping[str, Any], containers: Sequence[Container]) -> list[Finding]:
    """Whether volumes and mounts fit each other."""
    volumes = items(spec.get("volumes"))
    names = [text(volume.get("name")) for _, volume in volumes]
    findings = list(_check_declarations(volumes, names))
    used: set[str] = set()
    for container in containers:
        for field in ("volumeMounts", "volumeDevices"):
            if field in container.body:
                mounts = items(container.body[field])
                used.update([text(mount.get("name")) for _, mount in mounts])
                findings += _check_mounts(container, field, mounts, names)
    if not used.issuperset(names):
        findings += _unused(volumes, used)
    return findings


def _check_declarations(
    volumes: Sequence[tuple[int, Mapping[str, Any]]], names: Sequence[str]
) -> Iterator[Finding]:
    for position, first in repeated(names):
        yield Finding(
            ("spec", "volumes", volumes[position][0], "name"),
            f"two volumes are named {quoted(names[position])}",
            hint=f"the other is number {volumes[first][0]}",
        )
    for (index, volume), name in zip(volumes, names, strict=True):
        path = ("spec", "volumes", index)
        if name and not is_dns_label(name):
            yield Finding(
                (*path, "name"),
                f"{quoted(name)} cannot be the name of a volume",
                expected="at most 63 lower-case letters, digits and -",
            )
        if len(volume) != 2:  # noqa: PLR2004 - its name and its source
            yield _bad_sources(path, name, volume)
        if "emptyDir" in volume:
            yield from _check_empty_dir(path, volume["emptyDir"])


def _bad_sources(path: tuple[str | int, ...], name: str, volume: Mapping[str, Any]) -> Finding:
    sources = sorted(map(str, volume.keys() - {"name"}))
    if sources:
        return Finding(
            path,
            f"the volume {quoted(name)} has {len(sources)} sources: {', '.join(sources)}",
            expected="one source",
            hint="two layers may have meant different volumes: give one of them another name",
        )
    return Finding(
        path,
        f"the volume {quoted(name)} has no source: Kubernetes makes it an emptyDir",
        expected="one source, such as emptyDir, configMap, secret or persistentVolumeClaim",
        severity=Severity.WARNING,
    )


def _check_empty_dir(path: tuple[str | int, ...], source: object) -> Iterator[Finding]:
    limit = mapping(source).get("sizeLimit")
    if limit is not None and quantity.parse(limit) is None:
        yield Finding((*path, "emptyDir", "sizeLimit"), "this is no quantity", expected="as 2Gi")


def _check_mounts(
    container: Container,
    field: str,
    mounts: Sequence[tuple[int, Mapping[str, Any]]],
    volumes: Sequence[str],
) -> Iterator[Finding]:
    where = "mountPath" if field == "volumeMounts" else "devicePath"
    places = [_normal(text(mount.get(where))) for _, mount in mounts]
    for position, first in repeated(places):
        yield Finding(
            (*container.path, field, mounts[position][0], where),
            f"two volumes are mounted at {places[position]} in {container}",
            hint=f"the other is number {mounts[first][0]}",
        )
    for index, mount in mounts:
        path = (*container.path, field, index)
        name = text(mount.get("name"))
        if name not in volumes:
            yield Finding(
                (*path, "name"),
                f"{container} mounts the volume {quoted(name)}, which the pod does not have",
                expected="the name of a volume in spec.volumes",
                hint=did_you_mean(name, volumes),
            )
        if "subPath" in mount and _leaves(text(mount["subPath"])):
            yield Finding(
                (*path, "subPath"),
                "a subPath stays inside its volume",
                expected="a relative path without ..",
            )
        if ":" in text(mount.get(where)):
            yield Finding((*path, where), f"a {where} has no colon in it")


def _unused(volumes: Sequence[tuple[int, Mapping[str, Any]]], used: set[str]) -> Iterator[Finding]:
    for index, volume in volumes:
        name = text(volume.get("name"))
        if name not in used:
            yield Finding(
                ("spec", "volumes", index),
                f"no container mounts the volume {quoted(name)}",
                severity=Severity.WARNING,
            )


def _normal(path: str) -> str:
    return path.rstrip("/") or path[:1]


def _leaves(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")
