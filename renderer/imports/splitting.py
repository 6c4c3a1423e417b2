"""A pod in two: what its notebook chose, and what is left for a Template that many share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renderer.imports.remarks import Remark, changed, left
from renderer.imports.secrets import scrubbed
from renderer.imports.servers import Server
from renderer.imports.storage import Storage, storage_of
from renderer.templating.literals import relative

MAIN = "main"
PREFIX = "NB_PREFIX"
RESOURCES = frozenset({"requests", "limits"})
# What else of a namespace's own a pod may name: a Template that does is for that namespace.
BOUND_KEYS = frozenset({
    "configMap",
    "secret",
    "persistentVolumeClaim",
    "secretKeyRef",
    "secretRef",
    "configMapKeyRef",
    "configMapRef",
    "imagePullSecrets",
})


@dataclass(frozen=True, slots=True)
class Split:
    """A server, what its Notebook says for itself, and the rest of its pod."""

    server: Server
    image: str
    chosen: Mapping[str, Any]
    rest: Mapping[str, Any]
    is_bound: bool


def split(server: Server, remarks: list[Remark]) -> Split:
    """The server in two; what fits neither becomes a remark."""
    pod = scrubbed(dict(server.pod), server.source, remarks)
    spec = pod["spec"]
    container = dict(spec["containers"][server.main])
    image = str(container.pop("image", ""))
    chosen: dict[str, Any] = {}
    resources = {key: each for key, each in (container.get("resources") or {}).items() if each}
    if not RESOURCES.isdisjoint(resources):
        chosen["resources"] = resources
        del container["resources"]
    env, kept = _variables(container.pop("env", None) or [], server, remarks)
    if env:
        chosen["env"] = env
    if kept:
        container["env"] = kept
    storage = storage_of(spec, container, server)
    chosen |= _storage(storage)
    spec = {**spec, "volumes": list(storage.rest_volumes)}
    container = {**container, "volumeMounts": list(storage.rest_mounts)}
    renamed = _called_main(server, container, remarks)
    containers = list(spec["containers"])
    containers[server.main] = _without_empty(renamed)
    rest = {**pod, "spec": _without_empty({**spec, "containers": containers})}
    rest = relative(rest, f"/notebook/{server.namespace}/{server.name}")
    if not rest.get("metadata"):
        rest.pop("metadata", None)
    return Split(server, image, chosen, rest, _is_bound(rest))


def _variables(
    written: list[Any], server: Server, remarks: list[Remark]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The variables that a Notebook may set, and those that read Secrets."""
    own: dict[str, dict[str, Any]] = {}
    kept: dict[str, dict[str, Any]] = {}
    for variable in written:
        name, value = str(variable["name"]), variable.get("value")
        if name == PREFIX:
            _prefix(server, value, remarks)
        elif "secretKeyRef" in (variable.get("valueFrom") or {}):
            kept[name] = dict(variable)
        else:
            own[name] = dict(variable)
    for name in own.keys() & kept.keys():
        kept.pop(name)
    return list(own.values()), list(kept.values())


def _prefix(server: Server, value: Any, remarks: list[Remark]) -> None:
    if value not in (None, "", f"/notebook/{server.namespace}/{server.name}"):
        message = f"{PREFIX} was set to a path of its own"
        remarks.append(left(server.source, message, "it follows from routing in octavo.yaml"))


def _storage(storage: Storage) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if storage.home:
        chosen["home"] = dict(storage.home)
    if storage.volumes:
        chosen["volumes"] = [dict(volume) for volume in storage.volumes]
    if storage.shared_memory:
        chosen["sharedMemory"] = storage.shared_memory
    return chosen


def _called_main(
    server: Server, container: Mapping[str, Any], remarks: list[Remark]
) -> dict[str, Any]:
    """The container by the name that every Template can share, unless the pod itself names it."""
    name = container["name"]
    if name == MAIN:
        return dict(container)
    if _mentions(server.pod.get("metadata"), name) or _names_container(server.pod, name):
        return dict(container)
    message = "the container of the notebook is called main now"
    remarks.append(changed(server.source, message, "kubectl logs and exec find it by themselves"))
    return {**container, "name": MAIN}


def _mentions(metadata: Any, name: str) -> bool:
    annotations = (metadata or {}).get("annotations") or {}
    return any(key.endswith(f"/{name}") or value == name for key, value in annotations.items())


def _names_container(node: Any, name: str) -> bool:
    if isinstance(node, dict):
        return node.get("containerName") == name or any(
            _names_container(child, name) for child in node.values()
        )
    return isinstance(node, list) and any(_names_container(child, name) for child in node)


def _is_bound(node: Any) -> bool:
    """Whether the pod names something that only one namespace has."""
    if isinstance(node, dict):
        return not BOUND_KEYS.isdisjoint(node) or any(map(_is_bound, node.values()))
    return isinstance(node, list) and any(map(_is_bound, node))


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without lists and maps that say nothing; `emptyDir: {}` stands deeper."""
    return {key: each for key, each in fields.items() if each not in ([], {}, None)}
