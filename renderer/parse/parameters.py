"""The JSON schema of a Template's parameters: whether it is one, and stays within itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from renderer.errors import Problem
from renderer.parse.extent import unbounded
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document, Path

PLACE = ("spec", "parameters")
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
REFERENCES = ("$ref", "$dynamicRef")


def parameter_faults(document: Document) -> Iterator[Problem]:
    """References that leave the schema, what makes it none, and defaults that it refuses."""
    schema = mapping_at(document.value, *PLACE)
    leaving = [*_leaving(schema, PLACE)]
    for path in leaving:
        words = Remark("a reference leaves the schema", 'a reference that begins with "#"')
        yield words.at(document, path)
    if not schema or leaving:
        return
    message, expected = unbounded(schema)
    if message:
        yield Remark(message, expected).at(document, PLACE)
    else:
        yield from _against_itself(document, dict(schema))


def _leaving(node: Any, path: Path) -> Iterator[Path]:
    match node:
        case dict():
            for key, child in node.items():
                if key in REFERENCES and isinstance(child, str) and not child.startswith("#"):
                    yield (*path, key)
                yield from _leaving(child, (*path, key))
        case list():
            for index, child in enumerate(node):
                yield from _leaving(child, (*path, index))
        case _:
            return


def _against_itself(document: Document, schema: dict[str, Any]) -> Iterator[Problem]:
    from jsonschema_rs import Draft202012Validator, ValidationError

    from renderer.schema.explain import explain

    optional = {key: child for key, child in schema.items() if key != "required"}
    try:
        validator = Draft202012Validator(optional)
        Draft202012Validator(schema)
    except ValidationError as error:
        path = tuple(error.instance_path)
        yield _no_schema(path, error.instance).at(document, (*PLACE, *path))
        return
    except ValueError:
        yield Remark("this is no JSON schema that can be used").at(document, PLACE)
        return
    properties = mapping_at(schema, "properties")
    defaults = {
        name: each["default"]
        for name, each in properties.items()
        if isinstance(each, dict) and "default" in each
    }
    if not defaults or validator.is_valid(defaults):
        return
    for fault in explain(validator, optional, defaults):
        place = (*PLACE, "properties", *fault.path[:1], "default", *fault.path[1:])
        words = Remark(f"a default is refused: {fault.message}", fault.expected, fault.hint)
        yield words.at(document, place)


def _no_schema(path: Path, value: Any) -> Remark:
    """The words for what the schema of schemas refuses, where it stands and what it is."""
    from renderer.schema.suggest import did_you_mean
    from renderer.schema.words import either, quoted

    is_type = path[-1:] == ("type",) and path[-2:-1] != ("properties",)
    if is_type and isinstance(value, str):
        return Remark(
            f"there is no type {quoted(value)}", either(TYPES), did_you_mean(value, TYPES)
        )
    return Remark("this is no JSON schema that can be used", hint="see json-schema.org")
