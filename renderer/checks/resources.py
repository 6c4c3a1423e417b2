"""What containers ask for and what they may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer import quantity
from renderer.checks.shape import mapping
from renderer.errors import Finding
from renderer.position import Path
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import quoted

# A container may use more of these than it requested; of all others, what it requests it gets.
SHARED_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})


def check_resources(resources: object, path: Path, whose: object) -> list[Finding]:
    """Of `requests` and `limits`: quantities of resources, and no request above its limit."""
    both = mapping(resources)
    requests, limits = mapping(both.get("requests")), mapping(both.get("limits"))
    findings: list[Finding] = []
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            amount = quantity.parse(value)
            if amount is None or amount < 0:
                findings.append(_bad_quantity((*path, kind, name), name))
            elif amounts is requests and name in limits and quantity.exceeds(value, limits[name]):
                findings.append(_above_limit((*path, kind, name), whose, value, limits[name]))
        if not SHARED_RESOURCES.issuperset(amounts):
            findings += _check_unshared(amounts, limits, (*path, kind))
    return findings


def _bad_quantity(path: Path, name: str) -> Finding:
    example = "a quantity such as 500m, 4 or 16Gi"
    return Finding(path, f"this is no amount of {quoted(str(name))}", expected=example)


def _above_limit(path: Path, whose: object, request: object, limit: object) -> Finding:
    return Finding(
        path,
        f"{whose} requests {request} of {path[-1]}, and its limit is {limit}",
        expected="a request no higher than the limit",
    )


def _check_unshared(
    amounts: Mapping[str, Any], limits: Mapping[str, Any], path: Path
) -> Iterator[Finding]:
    for name, value in amounts.items():
        amount = quantity.parse(value)
        if name in SHARED_RESOURCES or amount is None:
            continue
        if "/" not in str(name) and not str(name).startswith("hugepages-"):
            yield _unknown_resource((*path, name), str(name))
        elif amount % quantity.NANO:
            yield Finding((*path, name), f"{name} is counted in whole numbers")
        elif amount != quantity.parse(limits.get(name)):
            yield Finding(
                (*path, name),
                f"{name} is not shared: what is requested of it is its limit",
                expected="the same amount in requests and in limits, or none in requests",
            )


def _unknown_resource(path: Path, name: str) -> Finding:
    return Finding(
        path,
        f"Kubernetes knows no resource {quoted(name)}",
        expected="cpu, memory, ephemeral-storage, hugepages-..., or one with a domain and /",
        hint=did_you_mean(name, SHARED_RESOURCES),
    )
