"""Users of a cluster who are not its admin: service accounts, people with a certificate."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from controlplane import credentials
from controlplane.kubectl import Kubectl

RBAC = "rbac.authorization.k8s.io"
HOUR = 3600


def service_account(
    kubectl: Kubectl, name: str, roles: str = "", only_in: Sequence[str] = ()
) -> Path:
    """Make an account with these roles, and a kubeconfig that is theirs.

    The names of ClusterRoles are made this namespace's own, and go with it.
    """
    metadata = {"name": name, "namespace": kubectl.namespace}
    kubectl.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    owner = _namespace_as_owner(kubectl)
    for role in _objects(kubectl, roles):
        own = _own(role, kubectl.namespace, owner)
        kubectl.create(own, *_bindings(own, metadata, only_in))
    return _written(kubectl, name, {"token": _token(kubectl, name)})


def user(kubectl: Kubectl, authority: credentials.Pair, name: str, groups: Sequence[str]) -> Path:
    """A kubeconfig of a person whose certificate says who they are."""
    with tempfile.TemporaryDirectory() as scratch:
        pair = credentials.of_user(Path(scratch), authority, name, groups)
        data = {
            "client-certificate-data": credentials.as_data(pair.certificate),
            "client-key-data": credentials.as_data(pair.key),
        }
    return _written(kubectl, "user", data)


def _token(kubectl: Kubectl, name: str) -> str:
    path = f"/api/v1/namespaces/{kubectl.namespace}/serviceaccounts/{name}/token"
    spec = {"expirationSeconds": HOUR}
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    answer = kubectl("create", f"--raw={path}", "--filename=-", stdin=json.dumps(asked))
    return str(json.loads(answer)["status"]["token"])


def _namespace_as_owner(kubectl: Kubectl) -> Mapping[str, Any]:
    found = json.loads(kubectl("get", "namespace", kubectl.namespace, "--output=json"))
    uid = found["metadata"]["uid"]
    return {"apiVersion": "v1", "kind": "Namespace", "name": kubectl.namespace, "uid": uid}


def _objects(kubectl: Kubectl, manifests: str) -> Iterator[Mapping[str, Any]]:
    """What YAML says, as kubectl reads it."""
    if not manifests.strip():
        return
    words = ("create", "--dry-run=client", "--validate=false", "--output=json", "--filename=-")
    text = kubectl(*words, stdin=manifests).lstrip()
    while text:
        found, end = json.JSONDecoder().raw_decode(text)
        yield from found["items"] if found["kind"] == "List" else [found]
        text = text[end:].lstrip()


def _own(role: Mapping[str, Any], namespace: str, owner: Mapping[str, Any]) -> Mapping[str, Any]:
    if role["kind"] != "ClusterRole":
        return role
    name = f"{namespace}-{role['metadata']['name']}"
    return {**role, "metadata": {"name": name, "ownerReferences": [owner]}}


def _bindings(
    role: Mapping[str, Any], account: Mapping[str, str], only_in: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    if role["kind"] not in {"ClusterRole", "Role"}:
        return
    metadata = {**role["metadata"], "name": f"{role['metadata']['name']}-{account['name']}"}
    everywhere = role["kind"] == "ClusterRole" and not only_in
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding" if everywhere else "RoleBinding",
        "roleRef": {"apiGroup": RBAC, "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"kind": "ServiceAccount", **account}],
    }
    if everywhere or role["kind"] == "Role":
        yield {**binding, "metadata": metadata}
        return
    for namespace in only_in:
        yield {**binding, "metadata": {"name": metadata["name"], "namespace": namespace}}


def _written(kubectl: Kubectl, name: str, who: Mapping[str, Any]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=kubectl.folder))
    cluster, _ = credentials.read(kubectl.program, kubectl.kubeconfig)
    return credentials.kubeconfig(folder / "kubeconfig", cluster, who)
