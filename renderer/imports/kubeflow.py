"""Live Kubeflow Notebooks, with what else was listed beside them: people and PodDefaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.errors import InputError, Severity
from renderer.imports.kubeflow_poddefaults import pod_defaults, selecting_keys
from renderer.imports.kubeflow_pods import server_of
from renderer.imports.kubeflow_settings import settings
from renderer.imports.manifests import problem
from renderer.imports.papers import Import, Paper
from renderer.imports.people import People, people_in
from renderer.imports.remarks import Remark, left
from renderer.imports.slugs import is_place
from renderer.imports.splitting import split
from renderer.imports.templates import Directories, key_of, notebook, templates_of
from renderer.parse import parse_document
from renderer.position import Document
from renderer.templating.literals import plainly
from renderer.yamlio import emit, load_all

GROUP = "kubeflow.org/"
# Those beside Notebooks and PodDefaults that are read for who owns what.
READ_BESIDE = frozenset({"Profile", "Namespace", "RoleBinding", "PodDefault", "Notebook"})
# Of these nothing need be said: they are what the controller makes of a Notebook.
MADE_BY_KUBEFLOW = frozenset({"StatefulSet", "Service", "VirtualService", "Pod", "Event"})
CLUSTERS_OWN = frozenset({
    *("creationTimestamp", "uid", "resourceVersion", "generation", "selfLink", "managedFields"),
    *("ownerReferences", "finalizers", "generateName", "deletionTimestamp"),
    "deletionGracePeriodSeconds",
})


@dataclass(frozen=True, slots=True)
class Found:
    """The objects of the input by what they are, without what the cluster sets."""

    notebooks: tuple[Mapping[str, Any], ...]
    pod_defaults: tuple[Mapping[str, Any], ...]
    people: People
    profiles: tuple[Mapping[str, Any], ...]


def import_kubeflow(
    objects: Sequence[Mapping[str, Any]], file: str, namespace: str, directories: Directories
) -> Import:
    """Catalog and Notebook files. InputError where the input holds no Notebook."""
    remarks: list[Remark] = []
    found = _sorted_out(objects, remarks)
    if not found.notebooks and not found.pod_defaults:
        message = "there is no Notebook of Kubeflow in it"
        hint = "kubectl get notebooks.kubeflow.org --all-namespaces -o yaml"
        raise InputError([problem(file, message, "apiVersion: kubeflow.org/...", hint)])
    selecting = selecting_keys(found.pod_defaults)
    servers = []
    for value in found.notebooks:
        document = _readable(value, remarks)
        if document is not None:
            servers.append(server_of(document, found.people, selecting, remarks))
    parts = [split(server, remarks) for server in servers]
    catalog = f"{directories.catalog}/kubeflow"
    shared = templates_of(parts, namespace, catalog, remarks)
    papers: list[Paper] = [each.paper for each in shared.values()]
    papers += pod_defaults(found.pod_defaults, namespace, catalog, remarks)
    for part in parts:
        papers.append(notebook(part, shared[key_of(part)], namespace, directories.notebooks))
    papers.append(settings(found.profiles, [server.namespace for server in servers], remarks))
    return Import(tuple(papers), tuple(remarks))


def _sorted_out(objects: Sequence[Mapping[str, Any]], remarks: list[Remark]) -> Found:
    notebooks: dict[tuple[str, str], Mapping[str, Any]] = {}
    defaults, profiles = [], []
    for each in objects:
        kind, is_theirs = each.get("kind"), str(each.get("apiVersion", "")).startswith(GROUP)
        if is_theirs and kind == "Notebook":
            _add(notebooks, _clean(each), remarks)
        elif is_theirs and kind == "PodDefault":
            defaults.append(_clean(each))
        elif is_theirs and kind == "Profile":
            profiles.append(each)
        elif kind not in READ_BESIDE | MADE_BY_KUBEFLOW:
            remarks.append(left(f"{kind} {_name(each)}", "nothing is made of this kind"))
    return Found(tuple(notebooks.values()), tuple(defaults), people_in(objects), tuple(profiles))


def _add(
    found: dict[tuple[str, str], Mapping[str, Any]], value: Mapping[str, Any], remarks: list[Remark]
) -> None:
    metadata = value.get("metadata") or {}
    key = (str(metadata.get("namespace")), str(metadata.get("name")))
    if not is_place(metadata.get("namespace"), metadata.get("name")):
        message = "a Notebook whose name or namespace Kubernetes would not take"
        remarks.append(left("the input", message))
    elif key in found:
        remarks.append(
            left(f"Notebook {_name(value)}", "it is in the input twice: the first counts")
        )
    else:
        found[key] = value


def _clean(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object as somebody would have written it."""
    kept = {key: each for key, each in plainly(dict(value)).items() if key != "status"}
    metadata = {
        key: each
        for key, each in (kept.get("metadata") or {}).items()
        if key in ("name", "namespace", "labels", "annotations")
    }
    return {**kept, "metadata": metadata}


def _readable(value: Mapping[str, Any], remarks: list[Remark]) -> Document | None:
    """The Notebook as a document, where the reader of Kubeflow's Notebooks finds no error in it."""
    name = _name(value)
    template = dict((value.get("spec") or {}).get("template") or {})
    template["metadata"] = {
        key: each
        for key, each in (template.get("metadata") or {}).items()
        if key in ("labels", "annotations")
    }
    value = {**value, "spec": {**(value.get("spec") or {}), "template": template}}
    (document,) = load_all(emit(value).encode(), f"Notebook {name}")
    errors = [each for each in parse_document(document).problems if each.severity is Severity.ERROR]
    source = f"Notebook {name}"
    remarks += [left(source, f"it cannot be read: {e.message}", e.expected) for e in errors]
    return None if errors else document


def _name(value: Mapping[str, Any]) -> str:
    metadata: Mapping[str, Any] = value.get("metadata") or {}
    parts = (metadata.get("namespace"), metadata.get("name"))
    return "/".join(str(part) for part in parts if part)
