"""Our own kinds and those of others, as JSON schemas: the fast gate, and the text for editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from renderer.errors import Finding
from renderer.schema.data import read

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

SHARED = "common.json"


class Kind(NamedTuple):
    """A kind of document; `api_versions` is empty where a document names none."""

    name: str
    api_versions: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "template": Kind("Template", ("jackhoman.dev/v1beta1",)),
    "poddefault": Kind("PodDefault", ("jackhoman.dev/v1beta1",)),
    "size": Kind("Size", ("jackhoman.dev/v1beta1",)),
    "notebook": Kind("Notebook", ("jackhoman.dev/v1beta1",)),
    "settings": Kind("Settings"),
    "kubeflow-notebook": Kind(
        "Notebook", ("kubeflow.org/v1alpha1", "kubeflow.org/v1beta1", "kubeflow.org/v1")
    ),
    "kubeflow-poddefault": Kind("PodDefault", ("kubeflow.org/v1alpha1",)),
    "profiles": Kind("Profiles"),
    "configmap": Kind("ConfigMap", ("v1",)),
    "imagestream": Kind("ImageStream", ("image.openshift.io/v1",)),
    "build": Kind("Build", ("build.openshift.io/v1",)),
}


def check(kind_key: str, value: Any) -> list[Finding]:
    """Everything about `value` that its kind's schema does not allow."""
    try:
        if _validator(kind_key).is_valid(value):
            return []
    except ValueError:  # a key that is no string, or text that is no Unicode
        pass
    from renderer.schema.explain import explain

    return explain(_validator(kind_key), bundled(kind_key), value)


def schema_text(kind: str) -> str:
    """The self-contained JSON schema of a kind, as text."""
    return json.dumps(bundled(kind), indent=2, ensure_ascii=False) + "\n"


@cache
def bundled(kind_key: str) -> dict[str, Any]:
    """The schema of a kind together with the shared definitions that it reaches."""
    schema: dict[str, Any] = json.loads(read(f"kinds/{kind_key}.json"))
    shared = json.loads(read(f"kinds/{SHARED}"))["$defs"]
    reached: dict[str, Any] = {}
    waiting = {name for file, name in _references(schema) if file == SHARED}
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = shared[name]
            waiting |= {deeper for _, deeper in _references(shared[name])}
    own = schema.get("$defs", {})
    whole: dict[str, Any] = _local({**schema, "$defs": {**own, **dict(sorted(reached.items()))}})
    return whole


@cache
def _validator(kind_key: str) -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(bundled(kind_key))


def _references(node: Any) -> set[tuple[str, str]]:
    """The definitions that a schema refers to: the file, empty for its own, and the name."""
    match node:
        case {"$ref": str(reference), **rest}:
            file, _, name = reference.partition("#/$defs/")
            return {(file, name)} | _references(rest)
        case dict():
            return set[tuple[str, str]]().union(*map(_references, node.values()))
        case list():
            return set[tuple[str, str]]().union(*map(_references, node))
        case _:
            return set()


def _local(node: Any) -> Any:
    """The same schema with every reference pointing into the one document."""
    match node:
        case dict():
            return {
                key: child.removeprefix(SHARED) if key == "$ref" else _local(child)
                for key, child in node.items()
            }
        case list():
            return [_local(child) for child in node]
        case _:
            return node
