"""What Octavo itself adds to every pod: its labels, its ServiceAccount and its URL prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer import labels, names
from renderer.compose.amounts import in_strings
from renderer.compose.trace import Traced
from renderer.model.notebook import Notebook
from renderer.model.settings import Route

PREFIX = "NB_PREFIX"


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
    finished = {
        "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **added}},
        "spec": {
            **spec,
            "containers": [
                _with_prefix(item, made, path) if item.get("name") == main else item
                for item in spec.get("containers") or []
            ],
        },
    }
    finished["spec"].setdefault("serviceAccountName", made(names.object_name(notebook.name)))
    return finished


def _with_prefix(container: Mapping[str, Any], made: Any, value: str) -> Mapping[str, Any]:
    """First in the list, so that the entries behind it may refer to it."""
    env = container.get("env") or []
    if any(item.get("name") == PREFIX for item in env):
        return container
    return {**container, "env": [{"name": made(PREFIX), "value": made(value)}, *env]}
