"""Profiles over one another, the later winning. What comes out shares nothing with what went in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, TypeAlias

from renderer.profiles import environment, resources, scheduling
from renderer.profiles.volumes import volume_name

Profile: TypeAlias = Mapping[str, Any]


def empty_profile() -> dict[str, Any]:
    return {
        "name": "",
        "users": [],
        "images": [],
        "env": {},
        "node_tolerations": [],
        "node_affinity": {},
        "resources": {},
        "services": {},
    }


def merged(profiles: Iterable[Profile]) -> dict[str, Any]:
    """All profiles in one; what only the first one knows is kept."""
    given = list(profiles)
    result = {
        **(given[0] if given else {}),
        "name": ", ".join(profile["name"] for profile in given if profile.get("name")),
        "images": _union(given, "images"),
        "users": _union(given, "users"),
        "env": _env(given),
        "volumes": _volumes(given),
        "resources": resources.folded(profile.get("resources") for profile in given),
        "services": _overlaid(given, "services"),
        "node_tolerations": scheduling.joined_tolerations(_listed(given, "node_tolerations"), ()),
        "node_affinity": _affinity(given),
    }
    if gpus := [profile["gpu"] for profile in given if profile.get("gpu")]:
        result["gpu"] = gpus[-1]
    if labels := _overlaid(given, "labels"):
        result["labels"] = labels
    copy: dict[str, Any] = copied(result)
    return copy


def merged_or_empty(profiles: Iterable[Profile], size: Profile) -> dict[str, Any]:
    """The profiles and a complete size in one; an empty profile where there is nothing."""
    matched = [*profiles, *([size] if size else ())]
    return merged([empty_profile(), *matched]) if matched else empty_profile()


def copied(value: Any) -> Any:
    """The value, no mapping or list of it shared."""
    if isinstance(value, dict):
        return {
            key: copied(child) if isinstance(child, (dict, list)) else child
            for key, child in value.items()
        }
    return [copied(child) for child in value] if isinstance(value, list) else value


def _listed(profiles: Iterable[Profile], key: str) -> list[Any]:
    return [item for profile in profiles for item in profile.get(key) or ()]


def _union(profiles: Iterable[Profile], key: str) -> list[Any]:
    return list(dict.fromkeys(_listed(profiles, key)))


def _overlaid(profiles: Iterable[Profile], key: str) -> dict[str, Any]:
    """A mapping whose later values win whole."""
    result: dict[str, Any] = {}
    for profile in profiles:
        result |= profile.get(key) or {}
    return result


def _env(profiles: Iterable[Profile]) -> list[Any]:
    """By name; the values become text at last, since most of what there is may be replaced."""
    found = (profile.get("env") or () for profile in profiles)
    entries = (environment.as_list(env) if isinstance(env, Mapping) else env for env in found)
    return environment.as_list(environment.merged(chain.from_iterable(entries), ()))


def _volumes(profiles: Iterable[Profile]) -> list[Any]:
    """By the names that they have in a pod."""
    return list({volume_name(each["name"]): each for each in _listed(profiles, "volumes")}.values())


def _affinity(profiles: Iterable[Profile]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for profile in profiles:
        if written := profile.get("node_affinity"):
            result = scheduling.joined_affinity(result, written)
    return result
