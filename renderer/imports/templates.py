"""Templates out of pods that are alike, and the Notebooks that are made from them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.checks import podsecurity
from renderer.imports.papers import Paper
from renderer.imports.remarks import Remark, changed
from renderer.imports.slugs import image_id, untaken
from renderer.imports.splitting import Split
from renderer.model.catalog import PodSecurity
from renderer.templating.literals import literally

API = "jackhoman.dev/v1beta1"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Directories:
    """Where files go: those of the catalog, and those of Notebooks."""

    catalog: str
    notebooks: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A Template, and the ids of the images that it offers."""

    name: str
    paper: Paper
    ids: Mapping[str, str]


def templates_of(
    splits: Sequence[Split], namespace: str, directory: str, remarks: list[Remark]
) -> dict[str, Shared]:
    """A Template for each kind of pod, by `key_of`; what most notebooks have comes first."""
    groups: dict[str, list[Split]] = defaultdict(list)
    for each in splits:
        groups[key_of(each)].append(each)
    found: dict[str, Shared] = {}
    names: set[str] = set()
    for key, group in sorted(groups.items(), key=lambda item: (-len(item[1]), _first(item[1]))):
        name = untaken(group[0].server.family, names)
        names.add(name)
        found[key] = _template(name, group, namespace, directory, remarks)
    return found


def key_of(part: Split) -> str:
    """What must be alike in pods that share a Template."""
    bound = part.server.namespace if part.is_bound else ""
    rest = json.dumps(part.rest, sort_keys=True, default=str)
    return f"{part.server.family} {bound} {rest}"


def notebook(part: Split, shared: Shared, namespace: str, directory: str) -> Paper:
    """The Notebook file of a server."""
    server = part.server
    metadata: dict[str, Any] = {"name": server.name, "namespace": server.namespace}
    if server.labels:
        metadata["labels"] = dict(server.labels)
    if server.annotations:
        metadata["annotations"] = dict(server.annotations)
    spec: dict[str, Any] = {"owner": server.owner} if server.owner else {}
    if server.shares:
        spec["sharing"] = [dict(share) for share in server.shares]
    spec["templateRef"] = {"name": shared.name, "namespace": namespace}
    spec["image"] = shared.ids[part.image]
    value = {
        "apiVersion": API,
        "kind": "Notebook",
        "metadata": metadata,
        "spec": {**spec, **part.chosen, **server.spec},
    }
    comments: dict[tuple[str | int, ...], str] = {(): f"Imported from {server.source}."}
    if server.owner and server.owner_from:
        comments["spec", "owner"] = f"From {server.owner_from}."
    if "home" in part.chosen:
        comments["spec", "home"] = "The claim that it had: its files stay."
    return Paper(f"{directory}/{server.namespace}/{server.name}.yaml", value, comments)


def level_of(pods: Iterable[Mapping[str, Any]]) -> str:
    """The Pod Security Standard that all of these pods meet."""
    strict = not any(podsecurity.check(pod, PodSecurity.BASELINE) for pod in pods)
    return "baseline" if strict else "privileged"


def _first(group: Sequence[Split]) -> tuple[str, str]:
    return min((each.server.namespace, each.server.name) for each in group)


def _template(
    name: str, group: Sequence[Split], namespace: str, directory: str, remarks: list[Remark]
) -> Shared:
    first = group[0]
    counts = Counter(each.image for each in group)
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for image, _ in counts.most_common():
        ids[image] = image_id(image, taken)
        taken.add(ids[image])
    images: list[dict[str, Any]] = [{"id": ids[image], "image": image} for image in ids]
    images[0]["default"] = True
    spec: dict[str, Any] = {"displayName": first.server.title}
    if first.is_bound:
        spec["namespaces"] = [first.server.namespace]
    level = level_of([first.rest])
    if level != "baseline":
        spec["podSecurity"] = level
        message = "its pod does more than baseline Pod Security allows"
        advice = f"look at the Template {name}, which says podSecurity: {level}"
        remarks.extend(changed(each.server.source, message, advice) for each in group)
    spec |= {"images": images, "template": literally(first.rest)}
    value = {
        "apiVersion": API,
        "kind": "Template",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
    return Shared(name, Paper(f"{directory}/{name}.yaml", value, _comments(group)), ids)


def _comments(group: Sequence[Split]) -> dict[tuple[str | int, ...], str]:
    sources = sorted(each.server.source for each in group)
    more = len(sources) - SHOWN
    shown = ", ".join(sources[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    comments: dict[tuple[str | int, ...], str] = {
        (): f"What these have in common: {shown}.",
        ("spec", "images"): "Every image that one of them runs; the default is what most have.",
        ("spec", "template"): "Their pod, without what each of them chose for itself.",
    }
    if group[0].is_bound:
        comments["spec", "namespaces"] = "The pod names objects that only this namespace has."
    return comments
