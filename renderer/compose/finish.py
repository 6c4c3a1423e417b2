"""What Octavo itself adds to every pod: its labels, its ServiceAccount and its URL prefix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from renderer import labels, names
from renderer.compose.amounts import in_strings
from renderer.compose.trace import Traced
from renderer.model.notebook import Notebook
from renderer.model.settings import Route

PREFIX = "NB_PREFIX"
# Which container `kubectl logs` and `kubectl exec` mean when nobody says.
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
REFERENCE = re.compile(r"\$\(([^()\s]+)\)")


def prefix(notebook: Notebook, route: Route) -> str:
    """The path under which a browser finds the notebook."""
    return f"{route.prefix.rstrip('/')}/{notebook.namespace}/{notebook.name}"


def finish(
    pod: Mapping[str, Any],
    notebook: Notebook,
    main: str,
    route: Route,
    like: Traced | None = None,
) -> Mapping[str, Any]:
    """The pod with Octavo's own additions, each traced `like` the given value."""

    def made(value: str) -> Any:
        return value if like is None else Traced(value, like.position, like.layer)

    metadata = pod.get("metadata") or {}
    spec = in_strings(pod.get("spec") or {})
    path = prefix(notebook, route)
    added = {key: made(value) for key, value in labels.of_pod(notebook).items()}
    containers = [
        in_order_of_reference(_with_prefix(item, made, path) if item.get("name") == main else item)
        for item in spec.get("containers") or []
    ]
    finished: dict[str, Any] = {
        "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **added}},
        "spec": {**spec, "containers": containers},
    }
    if len(containers) > 1:
        annotations = metadata.get("annotations") or {}
        finished["metadata"]["annotations"] = {DEFAULT_CONTAINER: made(main), **annotations}
    finished["spec"].setdefault("serviceAccountName", made(names.object_name(notebook.name)))
    return finished


def in_order_of_reference(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """The container with each variable behind those that it refers to as `$(NAME)`.

    A merge puts what is new before what was there; Kubernetes expands only what came before.
    """
    env = container.get("env") or []
    if not any("$(" in str(item.get("value", "")) for item in env):
        return container
    by_name = {str(item.get("name")): item for item in env}
    ordered: dict[str, Any] = {}

    def place(name: str, waiting: tuple[str, ...]) -> None:
        if name in ordered or name in waiting or name not in by_name:
            return
        for other in REFERENCE.findall(str(by_name[name].get("value", ""))):
            place(other, (*waiting, name))
        ordered[name] = by_name[name]

    for name in by_name:
        place(name, ())
    return {**container, "env": list(ordered.values())}


def _with_prefix(container: Mapping[str, Any], made: Any, value: str) -> Mapping[str, Any]:
    """First in the list, so that the entries behind it may refer to it."""
    env = container.get("env") or []
    if any(item.get("name") == PREFIX for item in env):
        return container
    return {**container, "env": [{"name": made(PREFIX), "value": made(value)}, *env]}
