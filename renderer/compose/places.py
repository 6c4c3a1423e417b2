"""Names and paths of volumes that the catalog's layers have taken, and a Notebook takes again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.compose.offers import HOME, SHARED_MEMORY
from renderer.errors import Problem
from renderer.model.notebook import Notebook


def taken_places(notebook: Notebook, pod: Mapping[str, Any], main: str) -> Iterator[Problem]:
    """A Notebook's volume never takes the place of one that others rely on."""
    if not notebook.volumes:
        return
    names = {str(item.get("name")) for item in pod["spec"].get("volumes") or []}
    names |= {HOME, SHARED_MEMORY}
    mounts = {
        str(mount.get("mountPath")).rstrip("/"): str(mount.get("name"))
        for container in pod["spec"].get("containers") or []
        if container.get("name") == main
        for mount in container.get("volumeMounts") or []
    }
    if notebook.home is not None and notebook.home.mount_path:
        mounts[notebook.home.mount_path.rstrip("/")] = HOME
    spec = notebook.origin / "spec" / "volumes"
    for index, volume in enumerate(notebook.volumes):
        path = volume.mount_path.rstrip("/")
        if volume.name in names:
            message = f"the pod has a volume {volume.name} already"
            yield Problem((spec / index).at(("name",)), message, "another name")
        elif path in mounts:
            message = f"{volume.mount_path} is where the volume {mounts[path]} is mounted"
            yield Problem((spec / index).at(("mountPath",)), message, "another path")
