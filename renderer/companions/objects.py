"""The object of a service as it stands in a bundle: its own name, our marks, its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from renderer import labels
from renderer.model.notebook import Notebook
from renderer.position import Document, Path, Position
from renderer.profiles.texts import written, written_lines
from renderer.templating.emission import Rendered
from renderer.yamlio import emit, line_of, load_all

Object: TypeAlias = Mapping[str, Any]


def marked(obj: Object, notebook: Notebook) -> Object:
    """The object with its namespace and Octavo's marks; what it is called stands first."""
    metadata = obj["metadata"]
    ours = labels.of_object(notebook)
    firm = {
        key: ours[key] for key in (labels.MANAGED_BY, labels.NOTEBOOK, labels.OWNER) if key in ours
    }
    head = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "metadata": {
            "name": metadata["name"],
            "namespace": notebook.namespace,
            "labels": {**ours, **(metadata.get("labels") or {}), **firm},
            "annotations": {
                **(metadata.get("annotations") or {}),
                labels.RUNS: labels.WITH_NOTEBOOK,
            },
        },
    }
    return {**head, **{key: value for key, value in obj.items() if key not in head}}


def as_text(obj: Object, file: str) -> Rendered:
    metadata = obj["metadata"]
    identity = (obj["apiVersion"], obj["kind"], metadata.get("namespace", ""), metadata["name"])
    return Rendered(file, *identity, emit(obj))


def place_of(text: Document, variables: Mapping[str, Any], index: int, path: Path) -> Position:
    """The line of the template that gave what stands at a path of one of its objects."""
    document = load_all(written(text, variables).encode(errors="surrogatepass"), text.file)[index]
    lines = written_lines(text, variables)
    return line_of(text, lines[min(document.at(path).line, len(lines)) - 1])
