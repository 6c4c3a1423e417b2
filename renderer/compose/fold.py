"""Folding fragments into one pod, layer by layer; and what may not meet in one layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.compose.adding import scheduling_of_both
from renderer.merge import clashes, merge
from renderer.model.fragments import Scheduling
from renderer.position import Path

MAIN = "main"
EVERY = "*"
POD = "PodTemplateSpec"

Pod = Mapping[str, Any]


def main_container(pod: Pod, notebook_name: str) -> str:
    """The main container: `main`, else the one named like the Notebook, else the first."""
    names = container_names(pod)
    for name in (MAIN, notebook_name):
        if name in names:
            return name
    return names[0] if names else MAIN


def container_names(pod: Pod) -> list[str]:
    containers = (pod.get("spec") or {}).get("containers") or []
    return [item["name"] for item in containers if isinstance(item, Mapping) and "name" in item]


def first_port(pod: Pod, main: str) -> int | None:
    """The first port of the main container: the notebook, whatever is added in front of it."""
    for container in pod["spec"].get("containers") or []:
        if container.get("name") == main:
            ports = container.get("ports") or [{}]
            number: int | None = ports[0].get("containerPort")
            return number
    return None


def adapt(fragment: Pod, main: str, pod: Pod) -> Pod:
    """The fragment with `main` and `*` given the names that they mean in this pod."""
    written = (fragment.get("spec") or {}).get("containers")
    if not pod or not written:
        return fragment
    names = [item.get("name") for item in written]
    if EVERY not in names and (main == MAIN or MAIN not in names):
        return fragment
    every = container_names(pod)
    spelled = [
        item if name is None else {**item, "name": name}
        for item in written
        for name in _meant(item.get("name"), main, every)
    ]
    return {**fragment, "spec": {**fragment["spec"], "containers": spelled}}


def _meant(name: Any, main: str, every: list[str]) -> list[Any]:
    """The names that a name means; None where it means itself."""
    if name == EVERY:
        return list(every)
    return [main] if name == MAIN != main else [None]


def fold(pod: Pod, fragment: Pod, scheduling: Scheduling = Scheduling.REPLACE) -> Pod:
    """The pod with the fragment merged in."""
    if scheduling is Scheduling.ADD:
        fragment = scheduling_of_both(pod, fragment)
    merged: Pod = merge(pod, one_of(fragment), POD)
    return merged


def one_of(fragment: Pod) -> Pod:
    """The fragment, saying of its variables and volumes that they replace another kind of them.

    A plain merge would leave `valueFrom` beside a later `value`, which no API server takes.
    """
    spec = fragment.get("spec") or {}
    fresh: dict[str, Any] = {}
    if _is_list(spec.get("volumes")):
        fresh["volumes"] = [_with_retained(item) for item in spec["volumes"]]
    for name in ("containers", "initContainers"):
        if _is_list(spec.get(name)) and any(_is_list(item.get("env")) for item in spec[name]):
            fresh[name] = [
                {**item, "env": [_with_retained(entry) for entry in item["env"]]}
                if _is_list(item.get("env"))
                else item
                for item in spec[name]
            ]
    return {**fragment, "spec": {**spec, **fresh}} if fresh else fragment


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _with_retained(item: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = [key for key in item if not key.startswith("$")]
    if len(keys) <= 1 or len(keys) != len(item):
        return item
    return {"$retainKeys": keys, **item}


def disagreements(first: Pod, second: Pod) -> list[tuple[Path, Path]]:
    """The fields that two fragments of one layer both set, and differently."""
    return clashes(first, second, POD)
