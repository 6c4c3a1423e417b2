"""A Kubeflow Notebook as a server: its pod as the controller made it, and what annotations say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from renderer.imports.people import People
from renderer.imports.remarks import Remark, changed, left
from renderer.imports.servers import Server
from renderer.model.notebook import Notebook
from renderer.parse import parse_document
from renderer.parse.kubeflow_annotations import (
    CREATOR,
    DISKS,
    GROUP_ID,
    HOME,
    LOCAL_FILES,
    USER_ID,
)
from renderer.parse.kubeflow_pods import main_index
from renderer.position import Document

ROOT_PATH = "jackhoman.dev/root-path-header"
SERVER_TYPE = "notebooks.kubeflow.org/server-type"
REWRITE = "notebooks.kubeflow.org/http-rewrite-uri"
HEADERS = "notebooks.kubeflow.org/http-headers-request-set"
# What the annotations of Kubeflow asked for is said in fields here.
FOLLOWED = frozenset({HOME, USER_ID, GROUP_ID, DISKS, LOCAL_FILES, CREATOR, REWRITE, HEADERS})
FAMILIES = {
    "jupyter": ("jupyter", "JupyterLab"),
    "group-one": ("codeserver", "Visual Studio Code"),
    "group-two": ("rstudio", "RStudio"),
}
# Kubeflow copies all annotations of a Notebook to its pod; these are why.
OF_PODS = (
    "cluster-autoscaler.kubernetes.io/",
    "container.apparmor.security.beta.kubernetes.io/",
    "iam.amazonaws.com/",
    "k8s.v1.cni.cncf.io/",
    "karpenter.sh/",
    "linkerd.io/",
    "prometheus.io/",
    "proxy.istio.io/",
    "sidecar.istio.io/",
    "traffic.sidecar.istio.io/",
    "vault.hashicorp.com/",
)
# Labels by which Kubeflow finds what it made.
OF_KUBEFLOW = frozenset({"app", "notebook-name", "statefulset"})


def server_of(
    document: Document, people: People, selecting: frozenset[str], remarks: list[Remark]
) -> Server:
    """The server of a Notebook that its reader finds no error in."""
    item = parse_document(document).item
    if not isinstance(item, Notebook) or item.template is None:
        raise TypeError(document.file)
    source = f"Notebook {item} ({document.value['apiVersion']})"
    annotations = dict(item.annotations)
    pod = _pod(item, annotations, selecting, source, remarks)
    family, title = FAMILIES.get(annotations.get(SERVER_TYPE, ""), ("notebook", "Notebook"))
    owner, owner_from = people.owners.get(item.namespace, (None, ""))
    if item.owner is not None:
        owner, owner_from = item.owner.name, f"its annotation {CREATOR}"
    spec: dict[str, Any] = {}
    if item.home is not None:
        spec["home"] = {"size": item.home.size, "mountPath": item.home.mount_path}
    if item.stopped:
        spec["stopped"] = True
    if item.ttl_seconds is not None:
        spec["ttlSecondsAfterFinished"] = item.ttl_seconds
    main = main_index(pod["spec"]["containers"], item.name)
    workplace = str(pod["spec"]["containers"][main]["workingDir"]).rstrip("/")
    return Server(
        item.name,
        item.namespace,
        source,
        pod,
        main,
        family,
        title,
        home=item.home.mount_path if item.home else workplace,
        owner=owner,
        owner_from=owner_from,
        shares=people.shares_of(item.namespace, owner),
        labels=item.labels,
        annotations=_on_the_notebook(annotations, source, remarks),
        spec=spec,
    )


def _pod(
    item: Notebook,
    annotations: Mapping[str, str],
    selecting: frozenset[str],
    source: str,
    remarks: list[Remark],
) -> dict[str, Any]:
    """The pod with the labels, annotations and disks that the controller gave it."""
    pod = dict(item.template or {})
    metadata = pod.get("metadata") or {}
    labels = {
        key: value
        for key, value in (metadata.get("labels") or {}).items()
        if key not in OF_KUBEFLOW and key not in selecting
    }
    copied = {key: value for key, value in annotations.items() if key.startswith(OF_PODS)}
    routed = _routed(annotations, item, source, remarks)
    noted = {**copied, **(metadata.get("annotations") or {}), **routed}
    found = {"labels": labels, "annotations": noted}
    pod["metadata"] = {key: value for key, value in found.items() if value}
    if item.volumes:
        pod["spec"] = _with_disks(pod["spec"], item)
    return pod


def _with_disks(spec: Mapping[str, Any], item: Notebook) -> dict[str, Any]:
    containers = list(spec["containers"])
    main = main_index(containers, item.name)
    container = containers[main]
    mounts = [{"name": each.name, "mountPath": each.mount_path} for each in item.volumes]
    containers[main] = {**container, "volumeMounts": [*container.get("volumeMounts", ()), *mounts]}
    volumes = [
        {"name": each.name, "persistentVolumeClaim": {"claimName": each.claim}}
        for each in item.volumes
    ]
    return {**spec, "containers": containers, "volumes": [*spec.get("volumes", ()), *volumes]}


def _routed(
    annotations: Mapping[str, str], item: Notebook, source: str, remarks: list[Remark]
) -> dict[str, str]:
    """How requests are rewritten on their way, in our words."""
    found = {}
    if REWRITE in annotations:
        found["jackhoman.dev/rewrite"] = annotations[REWRITE]
    prefix = f"/notebook/{item.namespace}/{item.name}"
    for name, value in _headers(annotations.get(HEADERS, "")).items():
        if isinstance(value, str) and value.rstrip("/") == prefix and ROOT_PATH not in found:
            found[ROOT_PATH] = name
        else:
            message = f"the header {name} was set on every request"
            remarks.append(left(source, message, "give it by routing.annotations, or a chart"))
    return found


def _headers(written: str) -> Mapping[str, Any]:
    try:
        headers = json.loads(written or "{}")
    except ValueError:
        return {}
    return headers if isinstance(headers, dict) else {}


def _on_the_notebook(
    annotations: Mapping[str, str], source: str, remarks: list[Remark]
) -> dict[str, str]:
    """Those that stay: what is followed is said elsewhere, and what pods need is on the pod."""
    kept = {
        key: value
        for key, value in annotations.items()
        if key not in FOLLOWED and not key.startswith(OF_PODS)
    }
    for key in kept:
        if "kubectl" not in key and "notebook" not in key:
            message = f"the annotation {key} stays on the Notebook; Kubeflow copied it to the pod"
            remarks.append(changed(source, message, "a Template's pod may have it"))
    return kept
