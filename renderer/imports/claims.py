"""The claims that KubeSpawner made for users, as Notebooks that go on using them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer import names
from renderer.imports.papers import Paper
from renderer.imports.remarks import Remark, changed, left, to_do
from renderer.imports.slugs import is_place
from renderer.imports.templates import API, Directories

USER = "hub.jupyter.org/username"
SERVER = "hub.jupyter.org/servername"


def notebooks(
    claims: Sequence[Mapping[str, Any]],
    template: Mapping[str, str],
    home: str,
    directories: Directories,
    remarks: list[Remark],
) -> Iterator[Paper]:
    """A stopped Notebook for each claim that says whose it is."""
    for claim in claims:
        metadata = claim.get("metadata") or {}
        user, server = (_said(metadata, key) for key in (USER, SERVER))
        name, namespace = metadata.get("name"), metadata.get("namespace", "default")
        source = f"PersistentVolumeClaim {namespace}/{name}"
        if not user or not is_place(namespace, name):
            remarks.append(left(source, "it does not say whose it is", f"its annotation {USER}"))
            continue
        called = names.dns_label(f"jupyter-{user}{f'--{server}' if server else ''}")
        message = "its Notebook is stopped, and has the Template of who chooses no profile"
        advice = "take out `stopped`, and choose another templateRef where that was not theirs"
        remarks.append(changed(source, message, advice))
        message = "users are called as the hub called them"
        advice = "spec.owner must be the name that Kubernetes knows them by"
        remarks.append(to_do(source, message, advice))
        value = {
            "apiVersion": API,
            "kind": "Notebook",
            "metadata": {"name": called, "namespace": namespace},
            "spec": {
                "owner": user,
                "templateRef": dict(template),
                "home": {"claimName": name, "mountPath": home},
                "stopped": True,
            },
        }
        comments: dict[tuple[str | int, ...], str] = {
            (): f"Imported from the {source}.",
            ("spec", "owner"): f"From its annotation {USER}.",
            ("spec", "home"): "The claim that the hub made: its files stay.",
        }
        yield Paper(f"{directories.notebooks}/{namespace}/{called}.yaml", value, comments)


def _said(metadata: Mapping[str, Any], key: str) -> str:
    """What an annotation says, whole; a label has it escaped."""
    for place in ("annotations", "labels"):
        value = (metadata.get(place) or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return ""
