"""The Notebook's own layer: what its spec says, as fragments, and the claims it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renderer import names
from renderer.compose.offers import HOME, in_main, mounted, shared_memory
from renderer.model.catalog import Home, Template
from renderer.model.fragments import Fragment, OnConflict, Reference
from renderer.model.notebook import HomeChoice, Notebook
from renderer.position import Origin

DEFAULT_HOME = Home(size="10Gi", mount_path="/home/jovyan")


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim that a notebook needs."""

    name: str
    size: str
    storage_class: str | None
    access_mode: str
    keep: bool


def own_fragments(notebook: Notebook, template: Template | None) -> tuple[Fragment, ...]:
    """The fragments of the Notebook's own spec, in the order in which they are applied."""
    reference = Reference(notebook.name, notebook.namespace)
    return tuple(
        Fragment("Notebook", reference, pod, origin, OnConflict.OVERRIDE, literal=True)
        for pod, origin in _parts(notebook, template)
    )


def _parts(
    notebook: Notebook, template: Template | None
) -> Iterator[tuple[Mapping[str, Any], Origin]]:
    spec = notebook.origin / "spec"
    if notebook.template is not None and not notebook.inline:
        yield notebook.template, notebook.template_origin or spec / "template"
    if notebook.resources:
        yield in_main(resources=requirements(notebook.resources)), spec / "resources"
    if notebook.env:
        yield in_main(env=list(notebook.env)), spec / "env"
    yield from _storage(notebook, template, spec)
    if notebook.ports:
        yield in_main(ports=list(notebook.ports)), spec / "ports"
    if notebook.service_account:
        account = {"spec": {"serviceAccountName": notebook.service_account}}
        yield account, spec / "serviceAccountName"


def _storage(
    notebook: Notebook, template: Template | None, spec: Origin
) -> Iterator[tuple[Mapping[str, Any], Origin]]:
    base = names.object_name(notebook.name)
    if notebook.home is not None:
        yield _home(base, notebook.home, template.home if template else None), spec / "home"
    for index, volume in enumerate(notebook.volumes):
        claim = volume.claim or names.claim_name(base, volume.name)
        source = {"persistentVolumeClaim": {"claimName": claim}}
        pod = mounted(volume.name, volume.mount_path, source, read_only=volume.read_only)
        yield pod, spec / "volumes" / index
    if notebook.shared_memory:
        yield shared_memory(notebook.shared_memory), spec / "sharedMemory"


def requirements(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Container resources of a plain list (requests and limits alike), or as they are."""
    if "requests" in resources or "limits" in resources:
        return resources
    return {"requests": resources, "limits": resources}


def home_path(notebook: Notebook, template: Template | None) -> str:
    """Where the home volume is mounted, or would be."""
    if notebook.home is not None and notebook.home.mount_path:
        return notebook.home.mount_path
    offered = template.home if template else None
    return (offered or DEFAULT_HOME).mount_path


def _home(base: str, choice: HomeChoice, offered: Home | None) -> Mapping[str, Any]:
    mount_path = choice.mount_path or (offered or DEFAULT_HOME).mount_path
    claim = choice.claim or names.claim_name(base, HOME)
    pod = mounted(HOME, mount_path, {"persistentVolumeClaim": {"claimName": claim}})
    if offered is not None and offered.mount_path != mount_path:
        mounts = pod["spec"]["containers"][0]["volumeMounts"]
        mounts.append({"$patch": "delete", "mountPath": offered.mount_path})
    return pod


def claims(notebook: Notebook, template: Template | None) -> tuple[Claim, ...]:
    """The claims that a notebook's volumes need; those that it brings are not ours."""
    base = names.object_name(notebook.name)
    found = []
    offered = template.home if template else None
    choice = notebook.home or HomeChoice()
    if (offered is not None or notebook.home is not None) and not choice.claim:
        home = offered or DEFAULT_HOME
        found.append(
            Claim(
                names.claim_name(base, HOME),
                str(choice.size or home.size),
                home.storage_class if choice.storage_class is None else choice.storage_class,
                choice.access_mode or home.access_mode,
                choice.keep,
            )
        )
    found.extend(
        Claim(
            names.claim_name(base, volume.name),
            str(volume.size),
            volume.storage_class,
            volume.access_mode,
            volume.keep,
        )
        for volume in notebook.volumes
        if not volume.claim
    )
    return tuple(found)
