"""The marks that the agent puts on what it applies. What they mean when they are found: ownership.

An ApplySet as kubectl implements it: the Notebook is the parent, every member says which set it is
part of. What is kept for ever (storage, namespaces) is in no set, so that nothing can prune it.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sync.objects import GroupKind, Object, annotations_of

MANAGER = "octavo"
STATUS_MANAGER = "octavo-status"

AGENT = "jackhoman.dev/agent"
NAMESPACE_BUNDLE = "jackhoman.dev/namespace-bundle"
COPY = "jackhoman.dev/copy"
COPIED_FROM = "jackhoman.dev/copied-from"
KEEP = "jackhoman.dev/keep"
SUSPEND = "jackhoman.dev/suspend"
CONFLICTS = "jackhoman.dev/conflicts"
MANAGED_BY = "app.kubernetes.io/managed-by"
RENDERER = "octavo"
NOTEBOOK_LABEL = "jackhoman.dev/notebook"
REVISION_OF = "jackhoman.dev/revision-of"

APPLYSET_ID = "applyset.kubernetes.io/id"
PART_OF = "applyset.kubernetes.io/part-of"
TOOLING = "applyset.kubernetes.io/tooling"
CONTAINS = "applyset.kubernetes.io/contains-group-kinds"
# The version is that of the marks: a new release of the agent rewrites no Notebook.
OUR_TOOLING = "octavo/v1.0.0"

NOTEBOOK = GroupKind("jackhoman.dev", "Notebook")
STATEFUL_SET = GroupKind("apps", "StatefulSet")
REVISION = GroupKind("apps", "ControllerRevision")
NAMESPACE = GroupKind("", "Namespace")


def applyset_id(namespace: str, name: str) -> str:
    """The id of the set whose parent is this Notebook."""
    text = f"{name}.{namespace}.{NOTEBOOK.kind}.{NOTEBOOK.group}"
    digest = urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
    return f"applyset-{digest}-v1"


@dataclass(frozen=True, slots=True)
class Parent:
    """The Notebook in the cluster, as far as its members need to know it."""

    namespace: str
    name: str
    uid: str
    stopped: bool = False

    @property
    def owner_reference(self) -> Mapping[str, str]:
        return {
            "apiVersion": f"{NOTEBOOK.group}/v1beta1",
            "kind": NOTEBOOK.kind,
            "name": self.name,
            "uid": self.uid,
        }


def parent(obj: Object, agent: str, contained: Iterable[GroupKind]) -> dict[str, Any]:
    """The Notebook as it is sent."""
    meta = obj["metadata"]
    labels = {AGENT: agent, APPLYSET_ID: applyset_id(meta["namespace"], meta["name"])}
    kinds = ",".join(sorted({str(each) for each in contained}))
    return _marked(obj, labels, {TOOLING: OUR_TOOLING, CONTAINS: kinds})


def member(obj: Object, agent: str, of: Parent) -> dict[str, Any]:
    """Anything else of a Notebook's bundle as it is sent."""
    if is_kept(obj):
        return _marked(obj, {AGENT: agent})
    marked = _marked(obj, {AGENT: agent, PART_OF: applyset_id(of.namespace, of.name)})
    marked["metadata"]["ownerReferences"] = [dict(of.owner_reference)]
    if of.stopped and obj["kind"] == STATEFUL_SET.kind:
        marked["spec"] = {**obj.get("spec", {}), "replicas": 0}
    return marked


def of_namespace(obj: Object, agent: str, namespace: str) -> dict[str, Any]:
    """What a namespace needs once, as it is sent."""
    return _marked(obj, {AGENT: agent, NAMESPACE_BUNDLE: namespace})


def is_kept(obj: Object) -> bool:
    return annotations_of(obj).get(KEEP) == "true"


def _marked(
    obj: Object, labels: Mapping[str, str], more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    meta = dict(obj["metadata"])
    meta["labels"] = {**(meta.get("labels") or {}), **labels}
    if more:
        meta["annotations"] = {**(meta.get("annotations") or {}), **more}
    return {**obj, "metadata": meta}
