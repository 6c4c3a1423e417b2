"""Who owns a namespace of Kubeflow, and with whom it is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from renderer.model.subjects import Access

ROLES = {
    "edit": Access.EDIT,
    "admin": Access.EDIT,
    "view": Access.VIEW,
    "kubeflow-edit": Access.EDIT,
    "kubeflow-admin": Access.EDIT,
    "kubeflow-view": Access.VIEW,
}


@dataclass(frozen=True, slots=True)
class People:
    """The owner of each namespace and what said so; the others who may work in it."""

    owners: Mapping[str, tuple[Any, str]]
    shares: Mapping[str, tuple[tuple[str, Access], ...]]

    def shares_of(self, namespace: str, owner: Any) -> tuple[Mapping[str, str], ...]:
        """Those whom a notebook of the namespace is shared with, its owner left out."""
        found: dict[str, Access] = {}
        for name, access in self.shares.get(namespace, ()):
            if name != owner and found.get(name) is not Access.EDIT:
                found[name] = access
        return tuple({"name": name, "access": found[name].value} for name in sorted(found))


def people_in(objects: Iterable[Mapping[str, Any]]) -> People:
    """What Profiles, Namespaces and the RoleBindings of contributors say."""
    owners: dict[str, tuple[Any, str]] = {}
    shares: dict[str, list[tuple[str, Access]]] = {}
    for each in objects:
        metadata = each.get("metadata") or {}
        name = str(metadata.get("name", ""))
        annotations = metadata.get("annotations") or {}
        match each.get("kind"):
            case "Profile":
                owner = (each.get("spec") or {}).get("owner") or {}
                if owner.get("name"):
                    owners[name] = (_subject(owner), f"the Profile {name}")
            case "Namespace" if annotations.get("owner"):
                owners.setdefault(name, (annotations["owner"], f"the Namespace {name}"))
            case "RoleBinding" if annotations.get("user") and annotations.get("role") in ROLES:
                share = (str(annotations["user"]), ROLES[annotations["role"]])
                shares.setdefault(str(metadata.get("namespace", "")), []).append(share)
            case _:
                continue
    return People(owners, {name: tuple(found) for name, found in shares.items()})


def _subject(owner: Mapping[str, Any]) -> Any:
    """A User by the name alone, as Notebook files have it."""
    kind, name = owner.get("kind", "User"), owner["name"]
    if kind == "User":
        return name
    if kind == "ServiceAccount" and owner.get("namespace"):
        return {"kind": kind, "name": name, "namespace": owner["namespace"]}
    return {"kind": kind, "name": name}
