"""The parameters of a Notebook against the JSON schema of its Template. Values are not shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from renderer.checks.shape import mapping
from renderer.errors import Finding
from renderer.position import Path
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import EXPECTED_TYPE, either, found, place, quoted

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

MOST_VALUES = 5_000
EXPECTED = {
    "exclusiveMaximum": "less than {limit}",
    "exclusiveMinimum": "more than {limit}",
    "format": "{format}",
    "maxItems": "at most {limit} items",
    "maxLength": "at most {limit} characters",
    "maxProperties": "at most {limit} entries",
    "maximum": "{limit} or less",
    "minItems": "at least {limit} items",
    "minLength": "at least {limit} characters",
    "minProperties": "at least {limit} entries",
    "minimum": "{limit} or more",
    "multipleOf": "a multiple of {multiple_of}",
    "pattern": "what matches {pattern}",
    "uniqueItems": "no item twice",
}


def check_parameters(
    schema: Mapping[str, Any] | None, given: Mapping[str, Any], template: str
) -> list[Finding]:
    """What the schema says against the given parameters, with its defaults for the others.

    Paths start at the parameters; `template` is the name of who has the schema.
    """
    if schema is None:
        message = f"the Template {quoted(template)} has no parameters"
        return [Finding((), message)] if given else []
    if not _fits(given):
        expected = f"at most {MOST_VALUES:,}, counting what is inside of others"
        return [Finding((), "there are too many values in the parameters", expected)]
    properties = mapping(schema.get("properties"))
    findings = list(_unknown(schema, properties, given, template))
    try:
        validator = _validator(json.dumps(schema, sort_keys=True))
    except ValueError:
        message = f"the parameters of the Template {quoted(template)} are no usable JSON schema"
        return [*findings, Finding((), message, hint="it is the Template that has to change")]
    complete = _defaults(properties) | dict(given)
    if not _is_valid(validator, complete):
        findings += [each for error in _errors(validator, complete) for each in _worded(error)]
    return findings


def _fits(given: Mapping[str, Any]) -> bool:
    """Whether there are few enough values for each to be compared with all of a schema."""
    waiting: list[Any] = [given]
    for value in waiting:  # grows on the way
        if isinstance(value, (Mapping, list)):
            waiting += value.values() if isinstance(value, Mapping) else value
        if len(waiting) > MOST_VALUES:
            return False
    return True


def _unknown(
    schema: Mapping[str, Any],
    properties: Mapping[str, Any],
    given: Mapping[str, Any],
    template: str,
) -> Iterator[Finding]:
    """A schema that lists its parameters, and says nothing of others, has no others."""
    if "properties" not in schema or {"additionalProperties", "patternProperties"} & schema.keys():
        return
    for name in given:
        if name not in properties:
            yield _unknown_parameter((), str(name), list(properties), template)


def _unknown_parameter(path: Path, name: str, known: list[str], template: str) -> Finding:
    return Finding(
        (*path, name),
        f"the Template {quoted(template)} has no parameter {quoted(name)}",
        either(sorted(known)),
        did_you_mean(name, known),
    )


def _defaults(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: mapping(schema)["default"]
        for name, schema in properties.items()
        if "default" in mapping(schema)
    }


@lru_cache(maxsize=256)
def _validator(schema: str) -> Validator:
    from jsonschema_rs import validator_for

    return validator_for(schema, validate_formats=True, retriever=_refuse)


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri} is elsewhere, and nothing is fetched")


def _is_valid(validator: Validator, value: Mapping[str, Any]) -> bool:
    try:
        return validator.is_valid(value)
    except ValueError:  # a key that is no string, or text that is no Unicode
        return False


def _errors(validator: Validator, value: Mapping[str, Any]) -> list[ValidationError | None]:
    try:
        return list(validator.iter_errors(value))
    except ValueError:
        return [None]


def _worded(error: ValidationError | None) -> Iterator[Finding]:
    if error is None:
        yield Finding((), "the parameters hold something that JSON cannot")
        return
    path: Path = tuple(error.instance_path)
    details = error.kind.as_dict()
    subject = place(path) if path else "parameters"
    match error.kind.name:
        case "required":
            name = details["property"]
            yield Finding(path, f"the parameter {quoted(name)} is missing in {subject}")
        case "additionalProperties" | "unevaluatedProperties":
            for name in details["unexpected"]:
                yield Finding((*path, name), f"unknown field {quoted(name)} in {subject}")
        case "type":
            expected = either(EXPECTED_TYPE[name] for name in details["types"])
            yield Finding(path, f"{subject} is {found(error.instance)}", expected)
        case "enum":
            options = [str(option) for option in details["options"]]
            hint = did_you_mean(str(error.instance), options)
            yield Finding(path, f"{subject} is none of its values", either(options), hint)
        case "const":
            yield Finding(path, f"{subject} has one value", str(details["expected_value"]))
        case keyword:
            expected = EXPECTED.get(keyword, "").format_map(details)
            yield Finding(path, f"{subject} is not as the Template wants it", expected)
