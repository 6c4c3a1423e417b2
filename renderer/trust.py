"""What a Notebook may not reach for, whatever its Template lets it choose.

Who writes a Notebook is trusted with that notebook, and with nothing of the cluster or of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from renderer.compose.layers import Selection
from renderer.errors import Finding, Problem
from renderer.model.catalog import Override
from renderer.model.notebook import Notebook
from renderer.position import Path
from renderer.schema.words import either

# What these annotations say is written into routes.
ROUTED = {
    "notebooks.kubeflow.org/http-rewrite-uri": (re.compile(r"/[!-~]*"), "a path, such as /"),
    "jackhoman.dev/rewrite": (re.compile(r"/[!-~]*"), "a path, such as /"),
    "jackhoman.dev/root-path-header": (re.compile(r"[A-Za-z0-9-]+"), "the name of a header"),
}
NO_MOUNT = ("/", "/dev", "/etc", "/proc", "/sys", "/var/run/secrets/kubernetes.io")


def of_notebook(notebook: Notebook, selection: Selection) -> Iterator[Finding]:
    """Paths are those of the Notebook's document."""
    yield from _people(notebook)
    yield from _routed(notebook.annotations, ("metadata", "annotations"))
    yield from _secrets(notebook, selection)
    yield from _mounts(notebook)


def of_pod(pod: Mapping[str, Any]) -> Iterator[Finding]:
    """Paths are those of the composed pod."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    yield from _routed(annotations, ("metadata", "annotations"))


def out_of_reach(notebook: Notebook, selection: Selection) -> Iterator[Problem]:
    """What the catalog says that the notebook needs, and keeps from its namespace."""
    for fragment in selection.fragments:
        for index, needed in enumerate(fragment.dependencies):
            if not needed.may_go_to(notebook.namespace):
                written = ("spec", "dependencies", index, "namespaces")
                yield Problem(
                    notebook.origin.at(("metadata", "namespace")),
                    f"the {fragment} needs the {needed},"
                    f" which may not be copied to the namespace {notebook.namespace}",
                    expected=either(needed.namespaces or ()) or "no namespace at all",
                    there=(fragment.origin.document.at(written),),
                )


def _people(notebook: Notebook) -> Iterator[Finding]:
    """Owners and those it is shared with are people and their groups, each by one name."""
    people: list[tuple[Path, str]] = [
        (("spec", "sharing", index, "name"), share.subject.name)
        for index, share in enumerate(notebook.sharing)
    ]
    if notebook.owner is not None:
        people.append((("spec", "owner"), notebook.owner.name))
    for path, name in people:
        if name.startswith("system:"):
            yield Finding(
                path,
                f"{name} is a name of the cluster's own, and may stand for everybody",
                expected="a user, a group or a ServiceAccount of this installation",
            )
        elif "*" in name or not name.isprintable():
            yield Finding(
                path,
                "this is no name of one person or group: nobody is granted by pattern",
                expected="a whole name, of characters that can be seen",
            )


def _routed(annotations: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    for key, (form, expected) in ROUTED.items():
        value = annotations.get(key)
        if value is not None and not (isinstance(value, str) and form.fullmatch(value)):
            yield Finding((*path, key), f"{key} cannot be written into a route", expected)


def _secrets(notebook: Notebook, selection: Selection) -> Iterator[Finding]:
    """A Secret is read by who is offered it, not by who knows its name."""
    template = selection.template
    if template is None or Override.TEMPLATE in template.overrides:
        return
    offered = {
        dependency.name
        for fragment in selection.fragments
        for dependency in fragment.dependencies
        if dependency.kind == "Secret"
    }
    for index, entry in enumerate(notebook.env):
        reference = (entry.get("valueFrom") or {}).get("secretKeyRef")
        if reference is not None and reference.get("name") not in offered:
            yield Finding(
                ("spec", "env", index, "valueFrom", "secretKeyRef"),
                f"the Template {template.name} offers no Secret of this name",
                expected=f"one of {', '.join(sorted(offered))}" if offered else "no secretKeyRef",
                hint="PodDefaults give Secrets, as dependencies",
            )


def _mounts(notebook: Notebook) -> Iterator[Finding]:
    """Data goes beside what the container and the cluster need, not over it."""
    mounts: list[tuple[Path, str]] = [
        (("spec", "volumes", index, "mountPath"), volume.mount_path)
        for index, volume in enumerate(notebook.volumes)
    ]
    if notebook.home is not None and notebook.home.mount_path:
        mounts.append((("spec", "home", "mountPath"), notebook.home.mount_path))
    for path, mount in mounts:
        plain = mount.rstrip("/") or "/"
        if plain in NO_MOUNT or plain.startswith(f"{NO_MOUNT[-1]}/") or ".." in mount.split("/"):
            yield Finding(
                path, f"nothing can be mounted at {mount}", "a path of data, such as /data"
            )
