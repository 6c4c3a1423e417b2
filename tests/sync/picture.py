"""What a namespace holds, told so that two of them can be compared."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from controlplane.cluster import Cluster

Object = Mapping[str, Any]
Picture = dict[str, Any]
KINDS = (
    "configmaps",
    "controllerrevisions",
    "limitranges",
    "notebooks.jackhoman.dev",
    "persistentvolumeclaims",
    "rolebindings",
    "roles",
    "secrets",
    "serviceaccounts",
    "services",
    "statefulsets",
)
OF_THE_SERVER = {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}
NOBODY = "gone"


def picture(cluster: Cluster) -> Picture:
    """Every object but those that the cluster makes by itself, without what differs by chance.

    Owners are named, not numbered: an owner that is not there any more is `gone`.
    """
    words = ("get", ",".join(KINDS), "--output=json", "--show-managed-fields")
    items = json.loads(cluster.kubectl(*_known(cluster, words)))["items"]
    names = {each["metadata"]["uid"]: each["metadata"]["name"] for each in items}
    told = {
        f"{each['kind']}/{each['metadata']['name']}": _told(each, names)
        for each in items
        if not _is_the_clusters(each)
    }
    text = json.dumps(told, sort_keys=True)
    for name in names.values():
        text = text.replace(_set_of(name, cluster.namespace), f"set-of-{name}")
    found: Picture = json.loads(text.replace(cluster.namespace, "NAMESPACE"))
    return found


def _known(cluster: Cluster, words: tuple[str, ...]) -> tuple[str, ...]:
    """Older kubectls show managed fields unasked, and do not know the flag."""
    flags = cluster.kubectl("get", "--help")
    return words if words[-1] in flags else words[:-1]


def _told(item: Object, names: Mapping[str, str]) -> Object:
    meta = {name: value for name, value in item["metadata"].items() if name not in OF_THE_SERVER}
    if "ownerReferences" in meta:
        owners = [
            {**each, "uid": names.get(each["uid"], NOBODY)} for each in meta["ownerReferences"]
        ]
        meta["ownerReferences"] = sorted(owners, key=lambda each: str(each["name"]))
    told = {**item, "metadata": {**meta, "ours": list(_ours(item))}}
    told.pop("status", None)
    if item["kind"] == "Service":
        told["spec"] = {k: v for k, v in item["spec"].items() if not k.startswith("clusterIP")}
    if item["kind"] == "ServiceAccount":
        told.pop("secrets", None)
    return told


def _ours(item: Object) -> Iterator[str]:
    """The fields that the agent owns; an owner's uid, too, is a field."""
    for each in item["metadata"].get("managedFields", ()):
        if each["manager"] == "octavo":
            fields = dict(each["fieldsV1"])
            owners = fields.get("f:metadata", {}).get("f:ownerReferences", {})
            told = {**fields, "f:metadata": {**fields.get("f:metadata", {})}}
            if owners:
                told["f:metadata"]["f:ownerReferences"] = len(owners)
            yield f"{each['operation']} {json.dumps(told, sort_keys=True)}"


def _is_the_clusters(item: Object) -> bool:
    kind, name = item["kind"], item["metadata"]["name"]
    owners = item["metadata"].get("ownerReferences", ())
    return (
        (kind, name) in {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
        or item.get("type") == "kubernetes.io/service-account-token"
        or (kind == "ControllerRevision" and any(each["kind"] == "StatefulSet" for each in owners))
    )


def _set_of(name: str, namespace: str) -> str:
    text = f"{name}.{namespace}.Notebook.jackhoman.dev"
    digest = urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    return f"applyset-{digest}-v1"
