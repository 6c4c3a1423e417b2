"""Bundles that a test writes, changes and takes away: small ones, of kinds every server knows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Object = dict[str, Any]
RBAC = "rbac.authorization.k8s.io"
KEPT = {"jackhoman.dev/keep": "true"}


@dataclass(frozen=True, slots=True)
class Tree:
    """A directory of bundles for one namespace; `needs` is a Secret that each notebook copies."""

    root: Path
    namespace: str
    needs: tuple[str, str] | None = None  # its namespace and its name

    def put(self, name: str, image: str = "base:1", **more: Object) -> None:
        """Write a notebook, or write it anew; `more` are files of objects besides."""
        objects = {**notebook(name, self.namespace, image, self.needs), **more}
        self.write(f"notebooks/{self.namespace}/{name}", objects)

    def put_namespace(self) -> None:
        """What the namespace is given once: a LimitRange that limits little."""
        limits = {"limits": [{"type": "Container", "max": {"cpu": "64"}}]}
        limit = _object("v1", "LimitRange", "notebooks", self.namespace, spec=limits)
        self.write(f"namespaces/{self.namespace}", {"limitrange": limit})

    def take(self, name: str) -> None:
        """Take a notebook away."""
        shutil.rmtree(self.root / "notebooks" / self.namespace / name)

    def write(self, directory: str, objects: Mapping[str, Object]) -> None:
        """A bundle, written anew."""
        folder = self.root / directory
        shutil.rmtree(folder, ignore_errors=True)
        fill(folder, objects)


def fill(folder: Path, objects: Mapping[str, Mapping[str, Any]]) -> None:
    """Make a bundle's directory of objects by the names of their files."""
    folder.mkdir(parents=True)
    files = {f"{name}.yaml": each for name, each in objects.items()}
    listing = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(files),
    }
    for file, found in {**files, "kustomization.yaml": listing}.items():
        (folder / file).write_text(json.dumps(found))


def notebook(
    name: str, namespace: str, image: str, needs: tuple[str, str] | None
) -> dict[str, Object]:
    """The objects of a notebook, as its files are named."""

    def made(api_version: str, kind: str, part: str = "", **fields: Any) -> Object:
        return _object(api_version, kind, f"{name}{part}", namespace, **fields)

    role, selector = f"{name}-owner", {"jackhoman.dev/notebook": name}
    verbs = {"verbs": ["get"], "apiGroups": ["jackhoman.dev"], "resources": ["notebooks"]}
    objects = {
        "notebook": made("jackhoman.dev/v1beta1", "Notebook", spec=_spec()),
        "controllerrevision": made(
            "apps/v1", "ControllerRevision", "-rev-a", revision=1, data=_data(needs)
        ),
        "serviceaccount": made("v1", "ServiceAccount"),
        "role": made(f"{RBAC}/v1", "Role", "-owner", rules=[{**verbs, "resourceNames": [name]}]),
        "rolebinding": made(
            f"{RBAC}/v1",
            "RoleBinding",
            "-owner",
            roleRef={"apiGroup": RBAC, "kind": "Role", "name": role},
            subjects=[{"apiGroup": RBAC, "kind": "User", "name": "alice@example.com"}],
        ),
        "persistentvolumeclaim": made("v1", "PersistentVolumeClaim", "-home", spec=_claim()),
        "service": made(
            "v1",
            "Service",
            spec={"selector": selector, "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]},
        ),
        "statefulset": made("apps/v1", "StatefulSet", spec=_workload(name, image)),
    }
    objects["persistentvolumeclaim"]["metadata"]["annotations"] = KEPT
    return objects


def _object(api_version: str, kind: str, name: str, namespace: str, **fields: Any) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def _spec() -> Object:
    template = {"name": "base", "namespace": "kubeflow"}
    return {"owner": "alice@example.com", "templateRef": template}


def _claim() -> Object:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def _data(needs: tuple[str, str] | None) -> Object:
    if needs is None:
        return {}
    fields = {"apiVersion": "v1", "kind": "Secret", "namespace": needs[0], "name": needs[1]}
    return {"dependencies": [fields]}


def _workload(name: str, image: str) -> Object:
    """No replicas: what pods would cost a server without nodes, no test here is about."""
    labels = {"jackhoman.dev/notebook": name}
    containers = [{"name": "main", "image": image}]
    return {
        "replicas": 0,
        "serviceName": name,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
