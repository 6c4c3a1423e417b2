"""The environment of profiles: a list as in Kubernetes, or a mapping as people like to write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def as_list(env: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """The variables as entries of a container, their values as text."""
    match env:
        case None:
            return []
        case Mapping():
            return [_entry(str(name), value) for name, value in env.items()]
        case _:
            return [_with_text(entry) for entry in env]


def merged(
    first: Iterable[Mapping[str, Any]], second: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Both, by name; a later entry takes the place of an earlier one."""
    return list({entry.get("name"): entry for entry in (*first, *second)}.values())


def _entry(name: str, value: Any) -> dict[str, Any]:
    """A mapping is not the value, but where it comes from."""
    if isinstance(value, Mapping):
        return {"name": name, **_with_text(value)}
    return {"name": name, "value": _text(value)}


def _with_text(entry: Mapping[str, Any]) -> dict[str, Any]:
    if "value" not in entry or isinstance(entry["value"], str):
        return dict(entry)
    return {**entry, "value": _text(entry["value"])}


def _text(value: Any) -> Any:
    """A scalar as YAML writes it: `80` and `true` are no texts there."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            return value
