"""The JSON schema that a Template gives for its parameters is judged, whatever stands in it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from renderer.parse import parse_document
from renderer.position import Document


def said_of(parameters: dict[str, Any]) -> list[str]:
    written = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Template",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"template": {}, "parameters": parameters},
    }
    problems = parse_document(Document("file.yaml", written, (0, None))).problems
    return [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({}, []),
        ({"type": "integer", "default": 1}, []),
        ({"enum": [1, 2], "default": 3}, ["a default is refused: a is a number"]),
        ({"const": "x", "default": "y"}, ['a default is refused: a cannot be "y"']),
        (
            {"pattern": "^(a+)+$", "default": "a" * 40 + "b"},
            ["a default is refused: a does not fit its pattern"],
        ),
        (
            {"type": "object", "required": ["x"], "default": {}},
            ['a default is refused: "x" is missing in a'],
        ),
        ({"$ref": "#/$defs/loop", "default": 1}, []),
        ({"pattern": "(?<x>a"}, ["this is no JSON schema that can be used"]),
        ({"$ref": "#/nowhere"}, ["this is no JSON schema that can be used"]),
        ({"$dynamicRef": "http://example.com"}, ["a reference leaves the schema"]),
        ({"type": "strin"}, ['there is no type "strin"']),
    ],
)
def test_a_parameter_is_refused_with_a_reason(schema: dict[str, Any], said: list[str]) -> None:
    definitions = {"loop": {"$ref": "#/$defs/loop"}}
    whole = {"type": "object", "properties": {"a": schema}, "$defs": definitions}
    assert said_of(whole) == said


def test_a_parameter_without_a_name_is_judged_as_well() -> None:
    nameless = {"": {"type": "string", "default": 3}}
    [message] = said_of({"type": "object", "properties": nameless})
    assert message.startswith("a default is refused")


def test_the_schema_is_of_an_object() -> None:
    assert said_of({"type": "array"}) == ['type cannot be "array"']


def pair(reference: str) -> dict[str, Any]:
    return {"allOf": [{"$ref": reference}, {"$ref": reference}]}


DOUBLED = {f"d{n}": pair(f"#/$defs/d{n + 1}") for n in range(15)} | {"d15": {"type": "integer"}}
CHAIN = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(500)} | {"d500": {}}
NAMED = {f"d{n}": {"$anchor": f"a{n}", **pair(f"#a{n + 1}")} for n in range(15)} | {
    "d15": {"$anchor": "a15"}
}
BACK = {"d0": {"properties": {"a": pair("#/$defs/d0")}}}
LARGE = "the schema is too large with all that it refers to"


@pytest.mark.parametrize(
    ("definitions", "said"),
    [
        (DOUBLED, LARGE),
        (NAMED, LARGE),
        (CHAIN, "the schema is nested too deeply"),
        (BACK, "the schema refers to a definition from within it more than once"),
        ({"d0": {"$id": "http://x.example"}}, "a part of the schema has an $id of its own"),
    ],
    ids=["doubled", "by anchors", "a chain", "back and back", "an inner $id"],
)
def test_a_schema_that_takes_too_long_is_refused(definitions: dict[str, Any], said: str) -> None:
    properties = {"a": {"$ref": "#/$defs/d0", "default": 1}}
    started = time.process_time()
    assert said_of({"type": "object", "properties": properties, "$defs": definitions}) == [said]
    assert time.process_time() - started < 2


def test_a_definition_may_lead_back_to_itself_and_be_used_twice() -> None:
    tree = {"type": "object", "properties": {"below": {"items": {"$ref": "#/$defs/tree"}}}}
    properties = {name: {"$ref": "#/$defs/tree"} for name in ("a", "b")}
    assert said_of({"type": "object", "properties": properties, "$defs": {"tree": tree}}) == []
