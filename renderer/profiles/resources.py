"""The resources of profiles and sizes: what they mean, and the later over the earlier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from renderer import quantity

SIDES = ("requests", "limits")
MEMORY = "memory"
# What profiles said before there were requests and limits, and which amount is meant.
_LEGACY = {"mem_limit": MEMORY, "cpu_limit": "cpu"}
_CLAIMS = "claims"
_BOTH_SIDES = frozenset(SIDES)


def normal(resources: Mapping[str, Any] | None) -> dict[str, Any]:
    """Requests and limits; where only the one is given, the other is the same."""
    result = given(resources)
    if not any(result.get(side) for side in SIDES):
        return {key: value for key, value in result.items() if key not in SIDES}
    for side, other in (SIDES, SIDES[::-1]):
        if side not in result:
            result = {side: dict(result[other])} | result
    return _in_order(result)


def given(resources: Mapping[str, Any] | None) -> dict[str, Any]:
    """Requests and limits as far as they are given, the legacy ones among them."""
    written = resources or {}
    result = {
        key: dict(_said(value)) if key in SIDES else value
        for key, value in written.items()
        if key not in _LEGACY and value is not None
    }
    legacy = {name: written[key] for key, name in _LEGACY.items() if written.get(key)}
    if legacy:
        result |= {side: {**result.get(side, {}), **legacy} for side in SIDES}
    return _in_order(result)


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, name by name; the second wins. Neither is changed, nothing of the first is lost."""
    result = {**first, **second}
    for side in SIDES:
        if side in first or side in second:
            result[side] = {**(first.get(side) or {}), **(second.get(side) or {})}
    if first.get(_CLAIMS) and second.get(_CLAIMS):
        result[_CLAIMS] = _joined_claims(first[_CLAIMS], second[_CLAIMS])
    return result


def folded(many: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """All, one over the other; what lacks a side then has both, before the next one comes."""
    result: dict[str, Any] = {}
    rest = filter(None, many)
    for each in rest:
        result = normal(merged(result, given(each)))
        if all(side in result for side in SIDES):
            break
    for each in rest:
        result = _laid(result, each)
    return result


def in_bytes(memory: str) -> str:
    """An amount of memory in whole bytes: `1Gi` is `1073741824`. What is none stays as it is."""
    amount = quantity.parse(memory)
    return memory if amount is None else str(-(-amount // quantity.NANO))


def _said(amounts: Mapping[str, Any]) -> Mapping[str, Any]:
    if None not in amounts.values():
        return amounts
    return {name: amount for name, amount in amounts.items() if amount is not None}


def _laid(result: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """What `merged` gives where there are both sides, which are our own to change: much faster."""
    if not over.keys() <= _BOTH_SIDES:
        return merged(result, given(over))
    for side, amounts in over.items():
        if amounts:
            result[side].update(_said(amounts))
    return result


def _in_order(resources: dict[str, Any]) -> dict[str, Any]:
    return {side: resources[side] for side in SIDES if side in resources} | resources


def _joined_claims(first: list[Any], second: list[Any]) -> list[Any]:
    """The claims of both; one of a name and a request once."""
    both = {(claim.get("name"), claim.get("request")): claim for claim in (*first, *second)}
    return list(both.values())
