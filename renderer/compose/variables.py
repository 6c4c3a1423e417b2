"""What expressions may read: the notebook, its owner, its parameters, the installation's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer import names
from renderer.compose.finish import prefix
from renderer.compose.layers import Selection
from renderer.compose.own import home_path
from renderer.model.notebook import Notebook
from renderer.model.settings import Route
from renderer.model.subjects import Subject


def variables_of(
    notebook: Notebook, selection: Selection, values: Mapping[str, Any], route: Route
) -> dict[str, Any]:
    """The variables of a notebook's expressions."""
    path = prefix(notebook, route)
    variables: dict[str, Any] = {
        "notebook": {
            "name": notebook.name,
            "namespace": notebook.namespace,
            "labels": notebook.labels,
            "annotations": notebook.annotations,
            "size": selection.size,
            "image": selection.image,
            "object_name": names.object_name(notebook.name),
            "home": home_path(notebook, selection.template),
            "prefix": path,
            "url": f"{route.scheme}://{route.host}{path}/" if route.host else "",
        },
        "parameters": {**selection.defaults, **(notebook.parameters or {})},
        "values": values,
        "services": selection.services,
    }
    if notebook.owner is not None:
        forms = owner_forms(notebook.owner)
        variables["owner"] = forms
        variables["user"] = forms["name"]
        variables["USERNAME"] = forms["escaped"]
    return variables


def owner_forms(owner: Subject) -> dict[str, str]:
    """The owner's name as it is, and as names and labels take it.

    A group and a user of one name are not one: what is made of a group's name says its kind.
    """
    name = owner.name if owner.kind == "User" else f"{owner.kind}:{owner.namespace}:{owner.name}"
    return {
        "kind": owner.kind,
        "name": owner.name,
        "safe": names.dns_label(name),
        "escaped": names.kubespawner_escape(name),
        "escaped_label": names.label_value(names.kubespawner_escape(name)),
        "label": names.label_value(owner.name),
    }
