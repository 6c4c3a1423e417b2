"""The committed definition is what its generator makes, and it is hard to fool."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sync import crd

generator = import_module("renderer.schemas.crd")
KINDS = Path(__file__).parents[3] / "schemas/kinds"


@pytest.fixture
def schemas() -> dict[str, Any]:
    return {
        name: json.loads((KINDS / name).read_bytes()) for name in ("common.json", "notebook.json")
    }


def test_the_committed_file_is_up_to_date() -> None:
    assert crd.text() == generator.generate(), "run: make schemas"


def test_it_has_every_field_of_a_notebook_file(schemas: dict[str, Any]) -> None:
    version = generator.definition(schemas)["spec"]["versions"][0]
    fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    written = schemas["notebook.json"]["$defs"]["spec"]["properties"]
    assert list(fields) == [name for name in written if name not in generator.NOT_IN_THE_CLUSTER]


def test_its_name_is_that_of_its_group_and_kind(schemas: dict[str, Any]) -> None:
    made = generator.definition(schemas)
    names = made["spec"]["names"]
    assert made["metadata"]["name"] == crd.NAME == f"{names['plural']}.{made['spec']['group']}"
    assert made["metadata"]["labels"] == {"applyset.kubernetes.io/is-parent-type": "true"}


def test_what_is_not_understood_stops_it(schemas: dict[str, Any]) -> None:
    fields = schemas["notebook.json"]["$defs"]["spec"]["properties"]
    fields["stopped"]["contentEncoding"] = "base64"
    with pytest.raises(ValueError, match=r"not understood: \['contentEncoding'\]"):
        generator.definition(schemas)


TRANSLATED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a text": ({"type": "string", "pattern": "x"}, {"type": "string"}),
    "a number with bounds": (
        {"type": "integer", "minimum": 0, "maximum": 9},
        {"type": "integer", "minimum": 0, "maximum": 9},
    ),
    "words": ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
    "one of several types": ({"type": ["string", "number"], "minimum": 0}, generator.OPEN),
    "one of several schemas": ({"anyOf": [], "description": "D"}, {"description": "D"}),
    "a mapping of any keys": ({"type": "object"}, {"type": "object", **generator.OPEN}),
    "a mapping of keys by pattern": (
        {"type": "object", "properties": {"a": {"type": "string"}}, "patternProperties": {}},
        {"type": "object", **generator.OPEN},
    ),
    "a mapping": (
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
    ),
    "a list": (
        {"type": "array", "items": {"$ref": "other.json#/$defs/word"}},
        {"type": "array", "items": {"type": "string", "maxLength": 3}},
    ),
    "another's schema under another description": (
        {"$ref": "other.json#/$defs/word", "description": "Mine."},
        {"type": "string", "maxLength": 3, "description": "Mine."},
    ),
    "a pod's own part": (
        {"type": "object", "properties": {"template": {"$ref": "#/$defs/pod"}}},
        {"type": "object", "properties": {"template": {"type": "object", **generator.OPEN}}},
    ),
}


@pytest.mark.parametrize(("written", "made"), TRANSLATED.values(), ids=TRANSLATED)
def test_a_schema_becomes_structural(written: dict[str, Any], made: dict[str, Any]) -> None:
    word = {"type": "string", "maxLength": 3}
    pod = {"type": "object", "properties": {"spec": {"type": "object"}}}
    files = {"other.json": {"$defs": {"word": word}}, "file.json": {"$defs": {"pod": pod}}}
    expected = made | generator.OPEN if "anyOf" in written else made
    assert generator.Translation(files).of("file.json", written) == expected
