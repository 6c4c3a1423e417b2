"""Parameters of a Notebook, against the JSON schema of its Template."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.checks.parameters import check_parameters
from renderer.errors import Finding
from renderer.position import Path

WORKERS = {
    "type": "object",
    "properties": {
        "workers": {"type": "integer", "minimum": 1, "maximum": 8, "default": 2},
        "flavour": {"enum": ["spark", "dask"]},
        "token": {"type": "string", "pattern": "^[a-z]+$", "minLength": 4},
        "disks": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "odd": {"not": {"multipleOf": 2}},
    },
}


def check(schema: dict[str, Any] | None, **given: Any) -> list[Finding]:
    return check_parameters(schema, given, "scipy")


@pytest.mark.parametrize(
    "given",
    [{}, {"workers": 8}, {"flavour": "dask", "token": "abcd"}, {"disks": ["a", "b"], "odd": 1}],
)
def test_parameters_that_fit_are_taken(given: dict[str, Any]) -> None:
    assert check(WORKERS, **given) == []


@pytest.mark.parametrize(
    ("given", "path", "message", "expected", "hint"),
    [
        ({"workers": "2"}, ("workers",), "workers is a string", "a whole number", ""),
        (
            {"workers": 0},
            ("workers",),
            "workers is not as the Template wants it",
            "1 or more",
            "",
        ),
        (
            {"workers": 9},
            ("workers",),
            "workers is not as the Template wants it",
            "8 or less",
            "",
        ),
        (
            {"flavour": "sparc"},
            ("flavour",),
            "flavour is none of its values",
            "spark or dask",
            'did you mean "spark"?',
        ),
        (
            {"token": "UPPER"},
            ("token",),
            "token is not as the Template wants it",
            "what matches ^[a-z]+$",
            "",
        ),
        (
            {"token": "abc"},
            ("token",),
            "token is not as the Template wants it",
            "at least 4 characters",
            "",
        ),
        ({"disks": ["a", 1]}, ("disks", 1), "item 2 of disks is a number", "a string", ""),
        (
            {"disks": ["a", "a"]},
            ("disks",),
            "disks is not as the Template wants it",
            "no item twice",
            "",
        ),
        ({"odd": 2}, ("odd",), "odd is not as the Template wants it", "", ""),
        (
            {"worker": 2},
            ("worker",),
            'the Template "scipy" has no parameter "worker"',
            "disks, flavour, odd, token or workers",
            'did you mean "workers"?',
        ),
    ],
)
def test_parameters_that_do_not_fit_are_told(
    given: dict[str, Any], path: Path, message: str, expected: str, hint: str
) -> None:
    assert check(WORKERS, **given) == [Finding(path, message, expected, hint)]


def test_values_are_never_shown() -> None:
    assert "HUSH" not in str(check(WORKERS, token="HUSH", flavour="HUSH", disks="HUSH"))  # noqa: S106


def test_a_default_is_as_good_as_a_value() -> None:
    schema = WORKERS | {"required": ["workers", "flavour"]}
    message = 'the parameter "flavour" is missing in parameters'
    assert check(schema) == [Finding((), message)]
    assert check(schema, flavour="dask") == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"additionalProperties": True}, []),
        ({"additionalProperties": {"type": "integer"}}, []),
        ({"patternProperties": {"^x": {}}}, []),
        (
            {"additionalProperties": False},
            [Finding(("x",), 'unknown field "x" in parameters')],
        ),
    ],
)
def test_a_schema_that_speaks_of_other_parameters_decides_itself(
    more: dict[str, Any], told: list[Finding]
) -> None:
    assert check(WORKERS | more, x=1) == told


def test_a_schema_without_properties_takes_any() -> None:
    assert check({"type": "object"}, x=1) == []


def test_a_template_without_parameters_takes_none() -> None:
    assert check(None) == []
    message = 'the Template "scipy" has no parameters'
    assert check(None, x=1) == [Finding((), message)]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nothing"},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#/$defs/none"},
        {"$ref": "http://localhost:9/schema.json"},
        {"$ref": "file:///etc/hostname"},
    ],
)
def test_a_schema_that_is_none_is_told_and_nothing_is_fetched(schema: dict[str, Any]) -> None:
    message = 'the parameters of the Template "scipy" are no usable JSON schema'
    hint = "it is the Template that has to change"
    assert check(schema) == [Finding((), message, hint=hint)]


@pytest.mark.parametrize("odd", [{1: 2}, "\ud800"])
def test_what_json_cannot_hold_is_told(odd: object) -> None:
    message = "the parameters hold something that JSON cannot"
    assert check({"properties": {"a": {"const": "x"}}}, a=odd) == [Finding((), message)]


def test_references_within_the_schema_work() -> None:
    schema = {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "boolean"}}}
    assert check(schema, a=True) == []
    assert check(schema, a=1) == [Finding(("a",), "a is a number", "true or false")]


def test_nothing_is_changed() -> None:
    given: dict[str, Any] = {"flavour": "dask"}
    assert check_parameters(WORKERS, given, "scipy") == []
    assert given == {"flavour": "dask"}


def test_there_are_not_too_many_values_to_look_at() -> None:
    (finding,) = check({"type": "object"}, a=[[0] * 100] * 50)
    assert finding.message == "there are too many values in the parameters"
    assert check({"type": "object"}, a=[[0] * 100] * 40) == []
