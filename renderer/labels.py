"""The labels of Octavo: on every object, on pods, and those that select a notebook's pod."""

from __future__ import annotations

from renderer import names
from renderer.model.notebook import Notebook

GROUP = "jackhoman.dev"
NOTEBOOK = f"{GROUP}/notebook"
OWNER = f"{GROUP}/owner"
REVISION = f"{GROUP}/revision"
KEEP = f"{GROUP}/keep"
PART = f"{GROUP}/part"
# An annotation: what carries it is there only while the notebook runs.
RUNS = f"{GROUP}/runs"
WITH_NOTEBOOK = "with-notebook"
MANAGED_BY = "app.kubernetes.io/managed-by"
# The labels by which an object is known as a notebook's.
FIRM = frozenset({MANAGED_BY, NOTEBOOK, OWNER})


def selector(notebook: Notebook) -> dict[str, str]:
    """What a StatefulSet, a Service and a NetworkPolicy select the pod by; never changes."""
    return {NOTEBOOK: names.label_value(notebook.name), PART: "pod"}


def of_object(notebook: Notebook) -> dict[str, str]:
    """The labels of every object of a bundle.

    Those of the Notebook stay on the Notebook: on a pod or a Service they could make it another's.
    """
    ours = {
        "app.kubernetes.io/name": "notebook",
        "app.kubernetes.io/instance": names.label_value(notebook.name),
        MANAGED_BY: "octavo",
        NOTEBOOK: names.label_value(notebook.name),
    }
    if notebook.owner is not None:
        ours[OWNER] = names.label_value(notebook.owner.name)
    return ours


def of_pod(notebook: Notebook) -> dict[str, str]:
    """The labels of the pod: what selects it besides those of every object."""
    return {**of_object(notebook), **selector(notebook)}
