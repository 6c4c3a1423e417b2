"""Names, labels and annotations; what the cluster or other tools write there is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import Problem, Severity
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document

SET_BY_THE_CLUSTER = frozenset({
    "creationTimestamp",
    "uid",
    "resourceVersion",
    "generation",
    "selfLink",
    "managedFields",
    "ownerReferences",
    "finalizers",
})
STOPPED_BY_KUBEFLOW = "kubeflow-resource-stopped"
MARKS_OF_OTHERS = (
    STOPPED_BY_KUBEFLOW,
    "applyset.kubernetes.io/",
    "argocd.argoproj.io/instance",
    "argocd.argoproj.io/tracking-id",
    "helm.toolkit.fluxcd.io/name",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kustomize.toolkit.fluxcd.io/name",
    "meta.helm.sh/",
    "notebooks.kubeflow.org/last",
)


def kept(metadata: Mapping[str, Any], key: str) -> Mapping[str, str]:
    """The labels or annotations without the marks of other tools."""
    written: Mapping[str, str] | None = metadata.get(key)
    if not written:
        return {}
    if not any(name.startswith(MARKS_OF_OTHERS) for name in written):
        return written
    return {name: text for name, text in written.items() if not name.startswith(MARKS_OF_OTHERS)}


def left_out(document: Document) -> Iterator[Problem]:
    """A warning for everything that is read and not rendered."""
    value = document.value
    if "status" in value:
        yield _warning("status is the cluster's to set and is left out").at(document, ("status",))
    metadata = mapping_at(value, "metadata")
    for name in metadata.keys() & SET_BY_THE_CLUSTER:
        words = _warning(f"{name} is the cluster's to set and is left out")
        yield words.at(document, ("metadata", name))
    for key in ("labels", "annotations"):
        for name in mapping_at(metadata, key):
            if name == STOPPED_BY_KUBEFLOW and str(value["apiVersion"]).startswith("kubeflow.org/"):
                continue
            if str(name).startswith(MARKS_OF_OTHERS):
                words = _warning(f"{name} is a mark of another tool and is left out")
                yield words.at(document, ("metadata", key, name))


def _warning(message: str) -> Remark:
    return Remark(message, hint="remove it from the file", severity=Severity.WARNING)
