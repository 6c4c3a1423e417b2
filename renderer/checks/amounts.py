"""How much a Notebook asks for, against the most that its Template allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer import quantity
from renderer.checks.shape import EMPTY, items, mapping
from renderer.errors import Finding
from renderer.model.catalog import Override, Template
from renderer.model.notebook import HomeChoice, Notebook
from renderer.position import Path
from renderer.schema.words import quoted

# Whatever else there is, is asked for only where the Template's limits offer it.
ALWAYS_THERE = ("cpu", "memory")
BOTH_KINDS = ("requests", "limits")


def check_amounts(notebook: Notebook, template: Template) -> Iterator[Finding]:
    """Resources, the home volume and data volumes."""
    if notebook.resources is not None and Override.RESOURCES in template.overrides:
        yield from _check_resources(notebook.resources, ("spec", "resources"), template)
    if notebook.home is not None:
        yield from _check_home(notebook.home, template)
    memory = (template.limits or EMPTY).get("memory")
    if memory is not None and quantity.exceeds(notebook.shared_memory, memory):
        amounts = (notebook.shared_memory, memory)
        yield _too_much(("spec", "sharedMemory"), "memory", amounts, template)
    storage = (template.limits or EMPTY).get("storage")
    for index, volume in enumerate(notebook.volumes):
        if storage is not None and quantity.exceeds(volume.size, storage):
            path = ("spec", "volumes", index, "size")
            what = f"the volume {quoted(volume.name)}"
            yield _too_much(path, what, (volume.size, storage), template)


def check_resources_of_fragment(
    fragment: Mapping[str, Any], template: Template
) -> Iterator[Finding]:
    """The resources of a Notebook's own pod fragment are bounded like those beside it."""
    for index, container in items(mapping(fragment.get("spec")).get("containers")):
        path = ("spec", "containers", index, "resources")
        yield from _check_resources(mapping(container.get("resources")), path, template)


def _check_resources(
    resources: Mapping[str, Any], path: Path, template: Template
) -> Iterator[Finding]:
    if not template.limits:
        return
    both = [kind for kind in BOTH_KINDS if kind in resources]
    lists = [((*path, kind), mapping(resources[kind])) for kind in both] or [(path, resources)]
    for where, amounts in lists:
        for name, amount in amounts.items():
            most = template.limits.get(name)
            if most is None and name not in ALWAYS_THERE and quantity.exceeds(amount, 0):
                yield _too_much((*where, name), name, (amount, 0), template)
            elif most is not None and quantity.exceeds(amount, most):
                yield _too_much((*where, name), name, (amount, most), template)


def _check_home(home: HomeChoice, template: Template) -> Iterator[Finding]:
    offered = template.home
    if offered is not None and quantity.exceeds(home.size, offered.max_size):
        path = ("spec", "home", "size")
        yield _too_much(path, "the home", (home.size, offered.max_size), template)
    if Override.VOLUMES in template.overrides:
        return
    # Size and storage class may be chosen of a home that the Template gives.
    own = {"mountPath": home.mount_path, "claimName": home.claim, "accessMode": home.access_mode}
    if offered is None:
        own |= {"size": home.size, "storageClassName": home.storage_class or ""}
    for field, value in own.items():
        if value:
            yield Finding(
                ("spec", "home", field),
                f"the Template {quoted(template.name)} lets no Notebook set {field} of its home",
                "size or storageClassName" if offered else "no home: the Template has none",
            )


def _too_much(path: Path, what: str, amounts: tuple[Any, Any], template: Template) -> Finding:
    asked, most = amounts
    return Finding(
        path,
        f"{asked} is more than the Template {quoted(template.name)} allows of {what}",
        f"at most {most}",
    )
