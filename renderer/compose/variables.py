"""What expressions may read: the notebook, its owner, its parameters, the installation's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer import names
from renderer.compose.layers import Selection
from renderer.model.notebook import Notebook


def variables_of(
    notebook: Notebook, selection: Selection, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables of a notebook's expressions."""
    owner = notebook.owner
    variables: dict[str, Any] = {
        "notebook": {
            "name": notebook.name,
            "namespace": notebook.namespace,
            "labels": notebook.labels,
            "annotations": notebook.annotations,
            "size": notebook.size,
            "image": notebook.image,
            "object_name": names.object_name(notebook.name),
        },
        "parameters": {**selection.defaults, **(notebook.parameters or {})},
        "values": values,
    }
    if owner is not None:
        escaped = names.kubespawner_escape(owner.name)
        variables["owner"] = {
            "kind": owner.kind,
            "name": owner.name,
            "safe": names.dns_label(owner.name),
            "escaped": escaped,
            "label": names.label_value(owner.name),
        }
        variables["user"] = owner.name
        variables["USERNAME"] = escaped
    return variables
