"""Amounts as strings: `cpu: 4` is fine to write, but older API servers apply only `cpu: "4"`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.compose.trace import Traced


def in_strings(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pod's spec with every amount of a resource as a string."""
    fresh = dict(spec)
    for name in ("containers", "initContainers"):
        if name in spec:
            fresh[name] = [_at(item, ("resources",), requirements) for item in spec[name] or []]
    if "volumes" in spec:
        fresh["volumes"] = [_volume(item) for item in spec["volumes"] or []]
    if "overhead" in spec:
        fresh["overhead"] = amounts(spec["overhead"])
    return fresh


def requirements(resources: Any) -> Any:
    """`requests` and `limits` with their amounts as strings."""
    if not isinstance(resources, Mapping):
        return resources
    return {
        name: amounts(value) if name in ("requests", "limits") else value
        for name, value in resources.items()
    }


def amounts(value: Any) -> Any:
    """A mapping of resource names to amounts, or one amount, as strings."""
    match value:
        case Mapping():
            return {key: amounts(each) for key, each in value.items()}
        case Traced(value=int() | float() as number) if not isinstance(number, bool):
            return Traced(str(number), value.position, value.layer)
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case _:
            return value


def _volume(volume: Any) -> Any:
    if "emptyDir" in volume:
        return _at(volume, ("emptyDir", "sizeLimit"), amounts)
    if "ephemeral" in volume:
        path = ("ephemeral", "volumeClaimTemplate", "spec", "resources")
        return _at(volume, path, requirements)
    return volume


def _at(value: Any, path: tuple[str, ...], change: Any) -> Any:
    """The value with `change` made at a path, where there is something."""
    if not path:
        return change(value)
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    return {**value, path[0]: _at(value[path[0]], path[1:], change)}
