"""Fragments that add to a pod's scheduling: its tolerations stay, and both node affinities hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.profiles.scheduling import joined_affinity, joined_tolerations

Pod = Mapping[str, Any]
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
TERMS = "nodeSelectorTerms"
LISTS = ("matchExpressions", "matchFields")


def scheduling_of_both(pod: Pod, fragment: Pod) -> Pod:
    """The fragment with the tolerations of the pod before its own, and the node affinity of both.

    What has not the shape of these is merged as ever: a place for a value that is not known yet,
    a word of how to merge, or a null.
    """
    spec, before = fragment.get("spec") or {}, pod.get("spec") or {}
    fresh: dict[str, Any] = {}
    stand: Any = before.get("tolerations") or []
    if _are_mappings(stand) and _are_mappings(spec.get("tolerations")):
        fresh["tolerations"] = joined_tolerations(stand, spec["tolerations"])
    first, second = _node_affinity(before) or {}, _node_affinity(spec)
    if _is_affinity(first) and _is_affinity(second):
        fresh["affinity"] = {**spec["affinity"], "nodeAffinity": joined_affinity(first, second)}
    return {**fragment, "spec": {**spec, **fresh}} if fresh else fragment


def without_scheduling(fragment: Pod) -> Pod:
    """The fragment without what it only adds to what the pod has."""
    spec = dict(fragment.get("spec") or {})
    if _are_mappings(spec.get("tolerations")):
        del spec["tolerations"]
    if _is_affinity(_node_affinity(spec)):
        affinity = spec["affinity"]
        spec["affinity"] = {key: each for key, each in affinity.items() if key != "nodeAffinity"}
    return {**fragment, "spec": spec}


def items_of(pod: Pod) -> list[Any]:
    """All that is compared where scheduling is joined."""
    spec = pod.get("spec") or {}
    affinity = _node_affinity(spec)
    found = list(spec["tolerations"]) if _are_mappings(spec.get("tolerations")) else []
    if _is_affinity(affinity):
        found.extend(affinity.get(PREFERRED, []))
        found.extend(
            {name: requirement}
            for term in affinity.get(REQUIRED, {}).get(TERMS, [])
            for name in LISTS
            for requirement in term.get(name, [])
        )
    return found


def different(items: list[Any]) -> int:
    """How many of these differ from each other."""
    return len(joined_tolerations(items, ()))


def _node_affinity(spec: Mapping[str, Any]) -> Any:
    affinity = spec.get("affinity")
    if not isinstance(affinity, Mapping) or _has_words(affinity):
        return None
    return affinity.get("nodeAffinity")


def _is_affinity(value: Any) -> bool:
    if not isinstance(value, Mapping) or _has_words(value) or None in value.values():
        return False
    required = value.get(REQUIRED, {})
    if not isinstance(required, Mapping) or _has_words(required):
        return False
    terms = required.get(TERMS, [])
    return (
        _are_mappings(value.get(PREFERRED, []))
        and _are_mappings(terms)
        and all(_are_mappings(term.get(name, [])) for term in terms for name in LISTS)
    )


def _are_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _has_words(value: Mapping[str, Any]) -> bool:
    return any(str(key).startswith("$") for key in value)
