"""What must be merged into one pod to make it another: a strategic merge patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# By what the items of a list are told apart, where they are.
KEYS: Mapping[str, str] = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "imagePullSecrets": "name",
}
# An item of these is another thing as soon as anything about it is.
REPLACED = frozenset({"volumes", "env"})


def patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The patch; empty where both are alike."""
    found: dict[str, Any] = {}
    for key, value in after.items():
        old = before.get(key)
        if old == value:
            continue
        if isinstance(old, dict) and isinstance(value, dict):
            found[key] = patch(old, value)
        elif isinstance(old, list) and isinstance(value, list) and key in KEYS:
            found[key] = _items(key, old, value)
        else:
            found[key] = value
    for key in sorted(before.keys() - after.keys()):
        old = before[key]
        found[key] = _items(key, old, []) if isinstance(old, list) and key in KEYS else None
    return found


def _items(field: str, before: list[Any], after: list[Any]) -> list[Any]:
    key = KEYS[field]
    old = {item[key]: item for item in before}
    new = {item[key]: item for item in after}
    found: list[Any] = []
    for name, item in new.items():
        if name not in old:
            found.append(item)
        elif field in REPLACED:
            found += [_instead(old[name], item)] if old[name] != item else []
        elif old[name] != item:
            found.append({key: name, **patch(old[name], item)})
    found += [{"$patch": "delete", key: name} for name in old if name not in new]
    return found


def _instead(old: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item that replaces another; one that is only a name says what it takes away."""
    if len(item) > 1:
        return item
    return {**item, **dict.fromkeys(old.keys() - item.keys())}
