"""Values of notebook-on-kube's chart of a notebook, as Helm was given them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.errors import InputError
from renderer.imports.manifests import problem
from renderer.imports.papers import Import, Paper
from renderer.imports.remarks import Remark, changed, left, to_do
from renderer.imports.servers import Server
from renderer.imports.slugs import is_place, slug
from renderer.imports.spawner import said, text, with_overrides
from renderer.imports.splitting import MAIN, Split, split
from renderer.imports.taking import Taking
from renderer.imports.templates import Directories, key_of, notebook, templates_of
from renderer.templating.literals import Expression, plainly

# The values of the chart itself.
STANDARD: Mapping[str, Any] = {
    "image": {
        "repository": "jupyter/datascience-notebook",
        "pullPolicy": "IfNotPresent",
        "tag": "notebook-6.5.1",
    },
    "resources": {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"cpu": "1", "memory": "1Gi"},
    },
    "persistence": {"enabled": True},
}
KNOWN = frozenset({
    *("image", "podAnnotations", "args", "resources", "extraEnv", "extraSecretEnv"),
    *("persistence", "nodeSelector", "tolerations", "affinity"),
})
OF_THE_PLATFORM = "notebookDefaultValues"
EXPECTED = "the values of a notebook, or of notebook-on-kube with notebookDefaultValues"
HINT = "helm get values RELEASE -o yaml"
HELM_SAYS = ("USER-SUPPLIED VALUES", "COMPUTED VALUES")
HOME = "/home/jovyan"
_RELEASE = re.compile(r"nok-(?P<user>[a-z0-9.]+)-(?P<notebook>[a-z0-9][-a-z0-9.]*)")


@dataclass(frozen=True, slots=True)
class Given:
    """What the values do not say: the namespace of the releases, and an owner."""

    namespace: str
    owner: str = ""


def import_notebook_on_kube(
    found: Sequence[tuple[str, Any]], given: Given, namespace: str, directories: Directories
) -> Import:
    """A Template for what is alike, and a Notebook for each file, named as its release is."""
    remarks: list[Remark] = []
    standard: Mapping[str, Any] = STANDARD
    notebooks: list[tuple[str, Mapping[str, Any]]] = []
    for file, value in found:
        if not isinstance(value, dict):
            raise InputError([problem(file, "this is no mapping", EXPECTED, HINT)])
        values = {key: each for key, each in value.items() if key not in HELM_SAYS}
        if OF_THE_PLATFORM in values:
            of_notebooks: Mapping[str, Any] = values.pop(OF_THE_PLATFORM) or {}
            standard = with_overrides(standard, of_notebooks)
            message = "it is of the web application, which has no counterpart"
            remarks += [left(f"{file}: {key}", message) for key in sorted(values)]
        elif values.keys() & KNOWN or not values:
            notebooks.append((file, values))
        else:
            raise InputError([problem(file, "these are other values", EXPECTED, HINT)])
    servers = [
        _server(file, with_overrides(standard, values), given, remarks)
        for file, values in notebooks
    ]
    parts = [split(server, remarks) for server in servers]
    catalog = f"{directories.catalog}/notebook-on-kube"
    shared = templates_of(parts or [_example(standard, given)], namespace, catalog, remarks)
    papers = [each.paper for each in shared.values()]
    papers += [
        notebook(part, shared[key_of(part)], namespace, directories.notebooks) for part in parts
    ]
    return Import((*papers, _settings()), tuple(remarks))


def _example(values: Mapping[str, Any], given: Given) -> Split:
    """What a notebook would be, where only the platform's values are known."""
    standard = with_overrides(values, {"persistence": {"enabled": False}})
    unsaid: list[Remark] = []
    return split(_server("jupyter.yaml", standard, given, unsaid), unsaid)


def _server(file: str, values: Mapping[str, Any], given: Given, remarks: list[Remark]) -> Server:
    release = _release(file)
    source = f"release {release}"
    taking = Taking(plainly(dict(values)))
    pod = _pod(taking, release, source, remarks)
    unread = "the chart of a notebook does not read it"
    remarks += [left(f"{file}: {path}", unread) for path in taking.leftovers()]
    matched = _RELEASE.fullmatch(release)
    owner, owner_from = given.owner, "--owner"
    if not owner and matched is not None:
        owner, owner_from = matched["user"], f"the name of its release, {release}"
        message = "the owner is the user's part of the release's name"
        advice = "Kubernetes may know them by another, such as an e-mail address: see spec.owner"
        remarks.append(to_do(source, message, advice))
    return Server(
        release,
        given.namespace,
        source,
        pod,
        0,
        "jupyter-notebook",
        "Jupyter",
        home=str(taking.take("persistence.mountPath", HOME)).rstrip("/"),
        owner=owner or None,
        owner_from=owner_from,
    )


def _release(file: str) -> str:
    """The file is called like the release; standard input has no name."""
    name = file.replace("\\", "/").rpartition("/")[2]
    for ending in (".yaml", ".yml", ".json"):
        name = name.removesuffix(ending)
    return name if is_place("default", name) else slug(name, "notebook")


def _pod(taking: Taking, release: str, source: str, remarks: list[Remark]) -> dict[str, Any]:
    take = taking.take
    image = f"{take('image.repository')}:{take('image.tag')}"
    container: dict[str, Any] = {
        "name": MAIN,
        "image": image,
        "imagePullPolicy": take("image.pullPolicy"),
        "args": _arguments(take("args"), release, source, remarks),
        "env": [
            {"name": name, "value": text(value)} for name, value in (take("extraEnv") or {}).items()
        ],
        "ports": [{"name": "http", "containerPort": 8888, "protocol": "TCP"}],
        "resources": take("resources"),
    }
    secret = take("extraSecretEnv") or {}
    if secret:
        container["envFrom"] = [{"secretRef": {"name": Expression("{{ notebook.name }}")}}]
        keys = ", ".join(map(str, secret))
        message = f"the Secret {release} that Helm made of extraSecretEnv goes with its release"
        advice = f"make it again, with {keys}, before the release is uninstalled"
        remarks.append(to_do(source, message, advice))
    spec: dict[str, Any] = {
        "securityContext": {"fsGroup": 100},
        "nodeSelector": take("nodeSelector"),
        "affinity": take("affinity"),
        "tolerations": take("tolerations"),
    }
    if take("persistence.enabled"):
        claim = f"data-{release}-0"
        path = take("persistence.mountPath", HOME)
        container["volumeMounts"] = [{"name": "data", "mountPath": path}]
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
        message = f"its claim {claim} is used as it is"
        remarks.append(changed(source, message, "Helm leaves it where the release is uninstalled"))
    take("persistence.size")
    annotations = {key: text(value) for key, value in (take("podAnnotations") or {}).items()}
    spec["containers"] = [said(container)]
    return said({"metadata": said({"annotations": annotations}), "spec": said(spec)})


def _arguments(written: Any, release: str, source: str, remarks: list[Remark]) -> list[Any]:
    """Those of the chart, at the path that the notebook has here; the token stays its name."""
    if not written:
        return [
            "start-notebook.sh",
            "--NotebookApp.base_url=$(NB_PREFIX)",
            Expression("--NotebookApp.token={{ notebook.name }}"),
        ]
    path = f"/connect_notebook/{release}"
    arguments = [text(each).replace(path, "$(NB_PREFIX)") for each in written]
    if not any("$(NB_PREFIX)" in each for each in arguments):
        message = "its arguments are its own"
        advice = "see to it that it serves below $(NB_PREFIX), where its route leads to"
        remarks.append(to_do(source, message, advice))
    return arguments


def _settings() -> Paper:
    routing = (
        "notebook-on-kube had an Ingress for each notebook, open to whoever reached it and knew\n"
        "its name, which was the token. Choose a route that knows who is asking, such as istio,\n"
        "or the same again: {kind: ingress, ingressClassName: nginx, prefix: /connect_notebook}"
    )
    return Paper("octavo.yaml", {"routing": {"kind": "none"}}, {("routing",): routing})
