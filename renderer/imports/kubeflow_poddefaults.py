"""Kubeflow's PodDefaults as ours: what many namespaces have alike is one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer.errors import Severity
from renderer.imports.papers import Paper
from renderer.imports.remarks import Remark, left
from renderer.imports.secrets import scrubbed
from renderer.imports.slugs import is_place, untaken
from renderer.imports.templates import API
from renderer.model.catalog import PodDefault
from renderer.parse import parse_document
from renderer.templating.literals import literally
from renderer.yamlio import emit, load_all


def selecting_keys(pod_defaults: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The labels that PodDefaults select by: they stay on the Notebook, and that is enough."""
    return frozenset(key for each in pod_defaults for key in _keys(_selector(each)))


def pod_defaults(
    written: Sequence[Mapping[str, Any]], namespace: str, directory: str, remarks: list[Remark]
) -> Iterator[Paper]:
    """A file for each kind of PodDefault, with the namespaces that have it."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in written:
        metadata = each.get("metadata") or {}
        if is_place(metadata.get("namespace"), metadata.get("name")):
            spec = json.dumps(each.get("spec"), sort_keys=True, default=str)
            groups.setdefault((metadata["name"], spec), []).append(metadata["namespace"])
        else:
            message = "a PodDefault whose name or namespace Kubernetes would not take"
            remarks.append(left("the input", message))
    names: set[str] = set()
    for (name, spec), namespaces in sorted(groups.items()):
        found = _paper(name, json.loads(spec), sorted(set(namespaces)), remarks)
        if found is not None:
            free = untaken(name, names)
            names.add(free)
            comment = f"From the PodDefault {name} of {', '.join(sorted(set(namespaces)))}."
            yield Paper(
                f"{directory}/poddefaults/{free}.yaml",
                {
                    "apiVersion": API,
                    "kind": "PodDefault",
                    "metadata": {"name": free, "namespace": namespace},
                    "spec": found,
                },
                {(): comment, ("spec", "match"): "The Notebooks that it selected there."},
            )


def _paper(
    name: str, spec: Any, namespaces: list[str], remarks: list[Remark]
) -> dict[str, Any] | None:
    source = f"PodDefault {namespaces[0]}/{name}"
    value = {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PodDefault",
        "metadata": {"name": name, "namespace": namespaces[0]},
        "spec": scrubbed(spec, source, remarks),
    }
    (document,) = load_all(emit(value).encode(), source)
    parsed = parse_document(document)
    errors = (each for each in parsed.problems if each.severity is Severity.ERROR)
    remarks += [left(source, f"it cannot be read: {e.message}", e.expected) for e in errors]
    if not isinstance(parsed.item, PodDefault):
        return None
    found: dict[str, Any] = {}
    if parsed.item.display_name:
        found["displayName"] = parsed.item.display_name
    found["match"] = {"namespaces": namespaces, "selector": dict(spec["selector"])}
    template = literally(_plain(parsed.item.fragment.template))
    return {**found, "template": template} if template else found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _selector(value: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = value.get("spec")
    selector = spec.get("selector") if isinstance(spec, dict) else None
    return selector if isinstance(selector, dict) else {}


def _keys(selector: Mapping[str, Any]) -> Iterator[str]:
    yield from map(str, selector.get("matchLabels") or {})
    for each in selector.get("matchExpressions") or []:
        if isinstance(each, dict) and "key" in each:
            yield str(each["key"])
