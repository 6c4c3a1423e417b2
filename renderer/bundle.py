"""The bundle of a notebook or a namespace: files, one for each object, and the list of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from renderer.errors import InputError, Problem
from renderer.position import Position
from renderer.yamlio import emit

if TYPE_CHECKING:
    from renderer.templating.chart import Rendered

MARK = "# Rendered by Octavo. Change the Notebook or the catalog, not this file.\n"
KUSTOMIZATION = "kustomization.yaml"


FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[A-Za-z0-9][A-Za-z0-9._-]*)?\.yaml")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A directory of manifests: file names and their text, in the order to apply them."""

    directory: str
    files: Mapping[str, str]

    def stream(self) -> str:
        """All objects as one YAML stream."""
        bodies = (
            text.removeprefix(MARK) for name, text in self.files.items() if name != KUSTOMIZATION
        )
        return "---\n".join(bodies)


# What is applied before what; kinds that are not named come last.
ORDER = {
    kind: rank
    for rank, kind in enumerate((
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "Notebook",
        "ControllerRevision",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "PersistentVolumeClaim",
        "Secret",
        "ConfigMap",
        "NetworkPolicy",
        "Service",
        "StatefulSet",
    ))
}


def bundle_of(directory: str, rendered: Sequence[Rendered], main: str) -> Bundle:
    """One file per object in the order to apply them, and the list of them for kustomize."""
    in_order = sorted(rendered, key=lambda item: ORDER.get(item.kind, len(ORDER)))
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for item in in_order:
        name = file_name(item, main)
        if not _is_file_name(name):
            problems.append(_problem(item, f"{item.kind} {item.name} is no name of an object"))
        elif name in files or name == KUSTOMIZATION:
            problems.append(_problem(item, f"there are two objects {item.kind} {item.name}"))
        files[name] = MARK + item.text
    if problems:
        raise InputError(problems)
    return Bundle(directory, {KUSTOMIZATION: listing(tuple(files)), **files})


# Bundles of notebooks that choose alike have the same files.
@lru_cache(maxsize=1024)
def listing(names: tuple[str, ...]) -> str:
    """The list for kustomize of these files, or directories, beside it."""
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(names),
    }
    return MARK + emit(kustomization)


@lru_cache(maxsize=1024)
def _is_file_name(name: str) -> bool:
    return FILE_NAME.fullmatch(name) is not None


def file_name(item: Rendered, main: str) -> str:
    """`kind.yaml` for the object named like the bundle, `kind-rest.yaml` for the others."""
    kind = item.kind.lower()
    if item.name == main:
        return f"{kind}.yaml"
    return f"{kind}-{item.name.removeprefix(f'{main}-').replace(':', '_')}.yaml"


def _problem(item: Rendered, message: str) -> Problem:
    return Problem(Position(item.template, 1, 1), message)
