"""Bundles that somebody else applies, and the agent that copies and reports beside them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import helm_python
from controlplane.audit import Recording
from controlplane.cluster import Cluster

from tests.sync.program import Done
from tests.sync.prune.house import House, members

CHART = Path(__file__).parents[3] / "charts" / "sync-agent"
NAMESPACE = re.compile(r"^/api(s/[^/]+)?/[^/]+/namespaces/[^/]+")
ACCOUNT = "companion"
FLAGS = ("--companion", "--kinds")
ARGO, FLUX = "argocd-controller", "kustomize-controller"
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Installed:
    """The account's kubeconfig, and the flags that the chart starts the agent with."""

    kubeconfig: Path
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """`house` is the source and its namespace; the agent has only what the chart grants it."""

    house: House
    catalog: str
    installed: Installed
    manager: str = ARGO

    @property
    def cluster(self) -> Cluster:
        return self.house.cluster

    # --- whoever applies the bundles

    def put(self, *names: str, needing: str = "database", **wishes: Any) -> None:
        for name in names:
            self.house.put(name, needs=[self.need(needing)], **wishes)

    def need(self, name: str = "database") -> Object:
        return {"apiVersion": "v1", "kind": "Secret", "name": name, "namespace": self.catalog}

    def apply(self, *names: str) -> None:
        for name in names:
            how = ("--server-side", f"--field-manager={self.manager}", "--force-conflicts")
            self.cluster.kubectl("apply", *how, f"--kustomize={self.house.place(name)}")

    def remove(self, name: str) -> None:
        """Gone from git, and pruned."""
        self.cluster.kubectl("delete", f"--kustomize={self.house.place(name)}", "--wait=false")
        self.house.remove(name)

    # --- the agent

    def sync(self, *words: str) -> Done:
        sources = f"--dependency-sources={self.catalog}"
        how = (*self.installed.flags, sources, *words)
        return self.house.sync(*how, kubeconfig=self.installed.kubeconfig)

    def through(self, kubeconfig: Path) -> Beside:
        """The same agent by another way to the cluster."""
        return replace(self, installed=replace(self.installed, kubeconfig=kubeconfig))

    def fine(self, *words: str) -> Done:
        ran = self.sync(*words)
        assert ran.code == 0, ran.said
        return ran

    def recording(self) -> Any:
        """What the agent asks, wherever it does so."""
        return self.cluster.recording(user=f"system:serviceaccount:{self.house.namespace}:")

    # --- what there is

    def secret(self, password: str, name: str = "database") -> None:
        """The original, made or changed."""
        metadata = {"name": name, "namespace": self.catalog}
        data = {"password": b64encode(password.encode()).decode()}
        said = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
        self.cluster.apply(json.dumps(said), f"--namespace={self.catalog}", manager="platform")

    def copy(self, name: str = "database") -> dict[str, Any]:
        return self.house.get(f"secret/{name}")

    def owners(self) -> dict[str, str]:
        found = self.copy()["metadata"].get("ownerReferences") or ()
        return {each["name"]: each["uid"] for each in found}

    def condition(self, kind: str, name: str = "churn") -> tuple[str, str, str]:
        status = self.house.get(f"notebook/{name}").get("status") or {}
        for each in status.get("conditions") or ():
            if each["type"] == kind:
                return each["status"], each["reason"], each["message"]
        return "", "", ""

    def versions(self, *names: str) -> dict[str, str]:
        """Of all objects of these notebooks but the Notebooks, which have a status."""
        references = [each for name in names for each in (*members(name), claim(name))]
        found = {each: self.house.get(each) for each in references}
        return {each: obj["metadata"]["resourceVersion"] for each, obj in found.items()}

    def specs(self, *names: str) -> list[Object]:
        """What the Notebooks say but for their status and what is kept of its writing."""
        found = [self.house.get(f"notebook/{name}") for name in names]
        kept = ("labels", "annotations", "ownerReferences", "finalizers", "generation", "uid")
        return [{"spec": o["spec"], **{e: o["metadata"].get(e) for e in kept}} for o in found]


def claim(name: str) -> str:
    return f"persistentvolumeclaim/{name}-home"


def written(recording: Recording) -> set[str]:
    """What was written to, as `verb plural/name`."""
    return {
        f"{each.verb} {NAMESPACE.sub('', each.uri.partition('?')[0]).lstrip('/')}"
        for each in recording.writes()
    }


def install(cluster: Cluster, catalog: str) -> Installed:
    """What the chart grants a companion; no pod runs here."""
    objects = _rendered(catalog, cluster.namespace)
    roles = [each for each in objects if each["kind"] == "ClusterRole"]
    made = cluster.as_service_account(ACCOUNT, _list(roles))
    originals = [each for each in objects if each["metadata"].get("namespace") == catalog]
    assert [each["kind"] for each in originals] == ["Role", "RoleBinding"]
    cluster.apply(_list(originals), f"--namespace={catalog}", manager="helm")
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    args = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    flags = tuple(each for each in args if each.partition("=")[0] in FLAGS)
    assert len(flags) == len(FLAGS)
    return Installed(made, flags)


def _rendered(catalog: str, release: str) -> list[Object]:
    values = {
        "companion": True,
        "copies": {"secrets": True},
        "dependencies": [{"namespace": catalog, "secrets": ["database", "second", "other"]}],
        "source": {"repository": "https://git.example.com/notebooks.git"},
        "serviceAccount": {"create": False, "name": ACCOUNT},
    }
    files = helm_python.Chart.load(CHART).render(values, name="octavo", namespace=release)
    return [
        found
        for name, text in files.items()
        if name.endswith(".yaml")
        for part in re.split(r"^---$", text, flags=re.MULTILINE)
        if (found := helm_python.values_from_yaml(part))
    ]


def _list(objects: Sequence[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
