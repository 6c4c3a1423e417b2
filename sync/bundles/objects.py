"""One object of a bundle: whether it is what its place may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync.bundles import metadata
from sync.bundles.model import NOTEBOOK, RUNS
from sync.bundles.names import is_api_version, is_kind, is_name
from sync.bundles.place import Place
from sync.objects import GroupKind, Object, kind_of
from sync.policy import Policy

_NAMESPACE = GroupKind("", "Namespace")
_REVISION = GroupKind("apps", "ControllerRevision")
_RBAC = "rbac.authorization.k8s.io"
_ROLE_BINDING = GroupKind(_RBAC, "RoleBinding")


def wrong(obj: Object, place: Place, policy: Policy) -> Iterator[str]:
    """Everything that is wrong with the object by itself."""
    unidentified = list(_unidentified(obj))
    yield from unidentified
    if unidentified:
        return
    kind = kind_of(obj)
    if kind not in policy.kinds:
        yield (
            f"{kind} is none of the kinds that this agent may apply: its operator allows it by"
            f" --extra-kinds={kind}, or in the chart by extraKinds"
        )
    yield from _misplaced(kind, obj["metadata"], place)
    yield from metadata.wrong(obj["metadata"])
    yield from _wrongly_beside(kind, obj["metadata"].get("annotations"), place)
    if "status" in obj:
        yield "status is the cluster's to set: take it out"
    if kind == _ROLE_BINDING:
        yield from _wrong_role(obj.get("roleRef"))


def _unidentified(obj: Object) -> Iterator[str]:
    """What keeps the object from being called anything."""
    if not is_api_version(obj.get("apiVersion")):
        yield _absent_or_malformed("apiVersion", obj.get("apiVersion"))
    if not is_kind(obj.get("kind")):
        yield _absent_or_malformed("kind", obj.get("kind"))
    meta = obj.get("metadata")
    if not isinstance(meta, Mapping):
        yield "metadata is missing, or no mapping"
        return
    if "generateName" in meta:
        yield "metadata.generateName would make a new object each time: give it a name"
    if not is_name(meta.get("name")):
        yield _absent_or_malformed("metadata.name", meta.get("name"))


def _absent_or_malformed(field: str, value: Any) -> str:
    if value is None:
        return f"{field} is missing"
    return f"{field} is nothing that Kubernetes would take"


def _wrongly_beside(kind: GroupKind, annotations: Any, place: Place) -> Iterator[str]:
    """The Notebook and its revisions own what would go with them."""
    goes_along = isinstance(annotations, Mapping) and RUNS in annotations
    if goes_along and (not place.name or kind in {NOTEBOOK, _REVISION}):
        yield f"metadata.annotations: {RUNS} is for what stands beside a notebook: take it out"


def _misplaced(kind: GroupKind, meta: Mapping[str, Any], place: Place) -> Iterator[str]:
    if kind == _NAMESPACE:
        yield from _misplaced_namespace(meta, place)
        return
    if "namespace" not in meta:
        yield (
            f"metadata.namespace is missing: only objects of the namespace {place.namespace} "
            "are applied from here, none of the cluster itself"
        )
    elif meta["namespace"] != place.namespace:
        yield f"metadata.namespace is not {place.namespace}, as the directory is called"
    if kind == NOTEBOOK:
        yield from _misplaced_notebook(meta["name"], place)


def _misplaced_namespace(meta: Mapping[str, Any], place: Place) -> Iterator[str]:
    if place.name or meta["name"] != place.namespace:
        yield f"the Namespace {meta['name']} belongs into namespaces/{meta['name']}"
    if "namespace" in meta:
        yield "a Namespace is in no namespace: take metadata.namespace out"


def _misplaced_notebook(name: str, place: Place) -> Iterator[str]:
    if not place.name:
        yield f"the Notebook {name} belongs into notebooks/{place.namespace}/{name}"
    elif name != place.name:
        yield f"the Notebook is called {name}, and the directory {place.name}"


def _wrong_role(role: Any) -> Iterator[str]:
    """A ClusterRole grants what no bundle says; only Roles are in the bundles' own hands."""
    kind = role.get("kind") if isinstance(role, Mapping) else None
    if kind != "Role" or role.get("apiGroup") != _RBAC or not is_name(role.get("name")):
        yield f"roleRef must name a Role of {_RBAC} in the same namespace, nothing else"
