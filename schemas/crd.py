"""Makes the CustomResourceDefinition of the Notebook from the JSON schema of the Notebook file.

Run by `make schemas`. The server is told less than a reader of files is: what a structural schema
cannot say is kept as it is, so that the server holds every Notebook that the renderer lets pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renderer.yamlio import emit

HERE = Path(__file__).parent
TARGET = HERE.parent / "sync/data/notebooks.jackhoman.dev.yaml"

HEAD = "# Made by `make schemas`: change the schema of the Notebook, not this file.\n"

Json = dict[str, Any]

COPIED = frozenset({"description", "enum", "maximum", "maxItems", "maxLength", "minimum", "type"})
# Said to people, or checked by the renderer alone.
LEFT_OUT = frozenset({
    "additionalProperties",
    "anyOf",
    "dependentSchemas",
    "else",
    "examples",
    "exclusiveMinimum",
    "if",
    "maxProperties",
    "minLength",
    "pattern",
    "patternProperties",
    "propertyNames",
    "then",
    "x-expected",
})
UNDERSTOOD = COPIED | LEFT_OUT | {"$ref", "items", "properties", "required"}
# What a platform team writes, or Kubernetes owns the shape of.
WHOLE = frozenset({"env", "parameters", "template"})
# What only the renderer reads: no cluster is told what the others are called.
NOT_IN_THE_CLUSTER = frozenset({"targets"})
OPEN: Json = {"x-kubernetes-preserve-unknown-fields": True}


class Translation:
    """JSON schemas to structural ones; what is not understood is an error."""

    def __init__(self, files: Mapping[str, Json]) -> None:
        self._files = files

    def of(self, file: str, node: Json) -> Json:
        if "$ref" in node:
            return self._referred(file, node)
        unknown = node.keys() - UNDERSTOOD
        if unknown:
            raise ValueError(f"{file}: keywords that are not understood: {sorted(unknown)}")
        copied = {key: node[key] for key in sorted(node) if key in COPIED}
        match node.get("type"):
            case "object":
                return copied | self._inside(file, node)
            case "array":
                return copied | {"items": self.of(file, node["items"])}
            case None if "enum" in node:
                return copied | {"type": "string"}
            case str():
                return copied
            case _:  # one of several types
                return {key: copied[key] for key in copied if key == "description"} | OPEN

    def _inside(self, file: str, node: Json) -> Json:
        if not node.get("properties") or "patternProperties" in node:
            return OPEN
        properties = {
            name: self._whole(file, each) if name in WHOLE else self.of(file, each)
            for name, each in node["properties"].items()
        }
        required = {"required": node["required"]} if "required" in node else {}
        return {**required, "properties": properties}

    def _whole(self, file: str, node: Json) -> Json:
        """The type only, and nothing of what is inside."""
        known = self.of(file, node)
        if known["type"] == "array":
            return known | {"items": {"type": "object", **OPEN}}
        return {key: known[key] for key in ("description", "type") if key in known} | OPEN

    def _referred(self, file: str, node: Json) -> Json:
        other, _, path = node["$ref"].partition("#/$defs/")
        target = other or file
        found = self.of(target, self._files[target]["$defs"][path])
        return found | {key: node[key] for key in ("description",) if key in node}


CONDITION: Json = {
    "type": "object",
    "required": ["type", "status"],
    "properties": {
        "type": {"type": "string", "maxLength": 316},
        "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
        "reason": {"type": "string", "maxLength": 1024},
        "message": {"type": "string", "maxLength": 32768},
        "lastTransitionTime": {"type": "string", "format": "date-time"},
        "observedGeneration": {"type": "integer", "format": "int64"},
    },
}
STATUS: Json = {
    "description": "What the agent saw; nobody else writes here, and it decides nothing.",
    "type": "object",
    "properties": {
        "observedGeneration": {
            "description": "The generation that this was said of.",
            "type": "integer",
            "format": "int64",
        },
        "conditions": {
            "description": "Ready, Synced and DependenciesReady.",
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
            "items": CONDITION,
        },
        "url": {"description": "Where it is opened.", "type": "string"},
        "revision": {"description": "What its pod is composed from.", "type": "string"},
        "updatePending": {
            "description": "Whether its pod is older than what git says: a restart takes it.",
            "type": "boolean",
        },
        "ready": {"description": "Whether it can be used.", "type": "boolean"},
        "stopped": {
            "description": "Whether it is stopped, by git, by its owner or for being idle.",
            "type": "boolean",
        },
        "lastError": {"description": "Why it is not as git says.", "type": "string"},
        "lastActivity": {
            "description": "When somebody last worked with it.",
            "type": "string",
            "format": "date-time",
        },
        "readyReplicas": {"type": "integer", "format": "int32"},
    },
}
COLUMNS = (
    ("Owner", "string", r".metadata.annotations.jackhoman\.dev/owner"),
    ("Template", "string", ".spec['templateRef.name', 'templateRef']"),
    ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
    ("Stopped", "boolean", ".*.stopped"),  # of spec or of status, which says it only where true
    ("Update", "boolean", ".status.updatePending"),
    ("URL", "string", ".status.url"),
    ("Age", "date", ".metadata.creationTimestamp"),
)


def definition(files: Mapping[str, Json]) -> Json:
    """The definition, from the parsed schemas by file name."""
    names = {
        "kind": "Notebook",
        "listKind": "NotebookList",
        "plural": "notebooks",
        "singular": "notebook",
        "shortNames": ["nb"],
        "categories": ["octavo"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": "notebooks.jackhoman.dev",
            "labels": {"applyset.kubernetes.io/is-parent-type": "true"},
        },
        "spec": {
            "group": "jackhoman.dev",
            "scope": "Namespaced",
            "names": names,
            "versions": [_version(files)],
        },
    }


def _version(files: Mapping[str, Json]) -> Json:
    notebook = files["notebook.json"]
    fields = notebook["$defs"]["spec"]["properties"]
    carried = {name: field for name, field in fields.items() if name not in NOT_IN_THE_CLUSTER}
    spec = notebook["$defs"]["spec"] | {"properties": carried}
    schema = {
        "description": notebook["description"],
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": Translation(files).of("notebook.json", spec),
            "status": STATUS,
        },
    }
    return {
        "name": "v1beta1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            {"name": name, "type": kind, "jsonPath": path} for name, kind, path in COLUMNS
        ],
    }


def generate() -> str:
    """The text of the committed file."""
    files = {
        name: json.loads((HERE / "kinds" / name).read_bytes())
        for name in ("common.json", "notebook.json")
    }
    return HEAD + emit(definition(files))


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(generate(), encoding="utf-8")


if __name__ == "__main__":
    main()
