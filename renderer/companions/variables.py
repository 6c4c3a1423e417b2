"""What the templates of services are told besides their configuration."""

from __future__ import annotations

from typing import Any

from renderer import names
from renderer.compose.variables import owner_forms
from renderer.model.notebook import Notebook

# A name as people write it could end a text and begin a field: templates are text, and what
# stands in them must mean nothing to YAML.
OWNER_FORMS = ("kind", "safe", "escaped", "label")


def word_of(owner: str, name: str) -> str:
    """What separates a notebook's services from those of all others; owners are `User:alice`."""
    return names.companion(owner.removeprefix("User:"), names.object_name(name))


def variables_of(notebook: Notebook) -> dict[str, Any]:
    """The variables of a notebook: nothing that a user words freely."""
    owner = notebook.owner
    word = word_of(f"{owner.kind}:{owner.name}" if owner else "", notebook.name)
    variables: dict[str, Any] = {
        "user": word,
        "USERNAME": word,
        "notebook": {
            "name": notebook.name,
            "namespace": notebook.namespace,
            "object_name": names.object_name(notebook.name),
        },
    }
    if owner is not None:
        forms = owner_forms(owner)
        variables["owner"] = {form: forms[form] for form in OWNER_FORMS}
    return variables
