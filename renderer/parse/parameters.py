"""The JSON schema of a Template's parameters: whether it is one, and stays within itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from renderer.errors import Problem
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document, Path

PLACE = ("spec", "parameters")
REFERENCES = ("$ref", "$dynamicRef")


def parameter_faults(document: Document) -> Iterator[Problem]:
    """References that leave the schema, what makes it none, and defaults that it refuses."""
    schema = mapping_at(document.value, *PLACE)
    leaving = [*_leaving(schema, PLACE)]
    for path in leaving:
        words = Remark("a reference leaves the schema", 'a reference that begins with "#"')
        yield words.at(document, path)
    if schema and not leaving:
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
        words = Remark("this is no JSON schema that can be used", hint="see json-schema.org")
        yield words.at(document, (*PLACE, *error.instance_path))
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
    if validator.is_valid(defaults):
        return
    for fault in explain(validator, optional, defaults):
        place = (*PLACE, "properties", *fault.path[:1], "default", *fault.path[1:])
        words = Remark(f"a default is refused: {fault.message}", fault.expected, fault.hint)
        yield words.at(document, place)
