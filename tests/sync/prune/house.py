"""Small bundles in a test's own namespace, and the real program that brings a server to them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane.cluster import Cluster

from tests.sync.program import Done, Octavo, ended
from tests.sync.tree import KEPT, RBAC, fill

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """A source, a namespace of a server, and an agent of one's own."""

    cluster: Cluster
    folder: Path
    agent: str

    @property
    def namespace(self) -> str:
        return self.cluster.namespace

    @property
    def source(self) -> Path:
        return self.folder / "source"

    # --- the source

    def put(self, name: str, *more: Object, **wishes: Any) -> None:
        """Write the bundle of a notebook: what `small` makes, and `more`."""
        self.write(name, [*small(self.namespace, name, **wishes), *more])

    def write(self, name: str, objects: Sequence[Object], namespace: str = "") -> None:
        place = self.source / "notebooks" / (namespace or self.namespace) / name
        shutil.rmtree(place, ignore_errors=True)
        fill(
            place, {f"{each['kind'].lower()}-{each['metadata']['name']}": each for each in objects}
        )

    def place(self, name: str) -> Path:
        return self.source / "notebooks" / self.namespace / name

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.place(name))

    # --- the program

    def sync(self, *words: str, kubeconfig: Path | None = None, patience: str = "0") -> Done:
        """`octavo sync --once`; from the source's directory, unless words say otherwise."""
        return ended(self.start(*words, kubeconfig=kubeconfig, patience=patience))

    def start(
        self, *words: str, kubeconfig: Path | None = None, patience: str = "0"
    ) -> subprocess.Popen[str]:
        """A sync that is on its way."""
        given = {each.partition("=")[0] for each in words}
        return self._start(
            *("sync", "--once", f"--patience={patience}"),
            *(() if given & {"--from", "--repo"} else (f"--from={self.source}",)),
            *(() if "--namespaces" in given else (f"--namespaces={self.namespace}",)),
            *words,
            kubeconfig=kubeconfig or self.cluster.kubeconfig,
        )

    def diff(self, *words: str) -> Done:
        """`octavo diff` of the source."""
        where = (f"--from={self.source}", f"--namespaces={self.namespace}")
        kubeconfig = self.cluster.kubeconfig
        return ended(self._start("diff", *where, *words, kubeconfig=kubeconfig))

    def fine(self, *words: str, **how: Any) -> Done:
        """A sync that leaves nothing to look at."""
        ran = self.sync(*words, **how)
        assert ran.code == 0, ran.said
        return ran

    def _start(self, *words: str, kubeconfig: Path) -> subprocess.Popen[str]:
        octavo = Octavo(kubeconfig, self.folder / "cache", (f"--agent={self.agent}",))
        return octavo.start(*words)

    # --- the cluster

    def has(self, *references: str) -> list[bool]:
        """Whether there are these, as in `service/churn`, and not only about to go."""
        found = [self.get(each) for each in references]
        return [bool(each) and "deletionTimestamp" not in each["metadata"] for each in found]

    def get(self, reference: str) -> dict[str, Any]:
        """The object; empty where there is none."""
        kind, _, name = reference.partition("/")
        found = self.cluster.get(kind, name)
        return dict(found) if found else {}

    def gone(self, *references: str) -> None:
        """Wait until they are gone: the garbage collector takes its time."""
        self.cluster.eventually(lambda: not any(self.has(*references)))

    def uids(self, *references: str) -> list[str]:
        return [self.get(each).get("metadata", {}).get("uid", "") for each in references]


def small(  # noqa: PLR0913  a test names the one thing that it is about
    namespace: str,
    name: str,
    *,
    owner: str = "alice",
    readers: Sequence[str] = (),
    needs: Sequence[Object] = (),
    revision: str = "aaaaaaaaaa",
    services: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """A notebook with little in it: nothing here ever runs."""
    labels = {"jackhoman.dev/notebook": name}

    def made(kind: str, api: str, called: str, **content: Any) -> dict[str, Any]:
        metadata = {"name": called, "namespace": namespace, "labels": labels}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **content}

    dependencies = {"dependencies": list(needs)} if needs else {}
    claim = made(
        "PersistentVolumeClaim",
        "v1",
        f"{name}-home",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    )
    claim["metadata"] = {**claim["metadata"], "annotations": KEPT}
    revised = made(
        "ControllerRevision", "apps/v1", f"{name}-rev-{revision}", revision=1, data=dependencies
    )
    revised["metadata"] = {**revised["metadata"], "labels": {"jackhoman.dev/revision-of": name}}
    spec = {"owner": owner, "templateRef": {"name": "base", "namespace": "catalog"}}
    return [
        made("Notebook", "jackhoman.dev/v1beta1", name, spec=spec),
        revised,
        made("ServiceAccount", "v1", name),
        *_grant(made, f"{name}-owner", owners_rules(name), [owner]),
        *(_grant(made, f"{name}-view", [see(name)], readers) if readers else ()),
        claim,
        *(service(namespace, each, name) for each in (services or [name])),
        made("StatefulSet", "apps/v1", name, spec=workload(name)),
    ]


def service(namespace: str, name: str, notebook: str) -> dict[str, Any]:
    labels = {"jackhoman.dev/notebook": notebook}
    spec = {"clusterIP": "None", "selector": labels, "ports": [{"port": 80, "protocol": "TCP"}]}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def workload(name: str) -> dict[str, Any]:
    labels = {"jackhoman.dev/part": "pod", "jackhoman.dev/notebook": name}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "base:1"}], "serviceAccountName": name},
    }
    return {
        "replicas": 0,
        "serviceName": name,
        "selector": {"matchLabels": labels},
        "template": pod,
    }


def owners_rules(name: str) -> list[Object]:
    """What the rendered Role of an owner grants of the Notebook."""
    verbs = ["get", "list", "watch", "patch", "update", "delete"]
    return [
        {
            "apiGroups": ["jackhoman.dev"],
            "resources": ["notebooks"],
            "resourceNames": [name],
            "verbs": verbs,
        }
    ]


def see(name: str) -> Object:
    return {
        "apiGroups": ["apps"],
        "resources": ["statefulsets"],
        "resourceNames": [name],
        "verbs": ["get"],
    }


def _grant(made: Any, name: str, rules: Sequence[Object], people: Sequence[str]) -> list[Any]:
    subjects = [{"apiGroup": RBAC, "kind": "User", "name": each} for each in people]
    role = {"apiGroup": RBAC, "kind": "Role", "name": name}
    return [
        made("Role", f"{RBAC}/v1", name, rules=list(rules)),
        made("RoleBinding", f"{RBAC}/v1", name, roleRef=role, subjects=subjects),
    ]


def members(name: str) -> list[str]:
    """All of a small notebook but for the Notebook and its storage."""
    return [
        f"controllerrevision/{name}-rev-aaaaaaaaaa",
        f"serviceaccount/{name}",
        f"role/{name}-owner",
        f"rolebinding/{name}-owner",
        f"service/{name}",
        f"statefulset/{name}",
    ]


def config_map(namespace: str, name: str, **metadata: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": namespace, **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "b"}}


def hold(house: House, reference: str) -> None:
    """Put a finalizer on that nobody takes off."""
    patch = '{"metadata":{"finalizers":["tests.octavo/hold"]}}'
    house.cluster.kubectl("patch", reference, "--type=merge", f"--patch={patch}")


def let_go(house: House, reference: str) -> None:
    patch = '{"metadata":{"finalizers":null}}'
    house.cluster.kubectl("patch", reference, "--type=merge", f"--patch={patch}")
