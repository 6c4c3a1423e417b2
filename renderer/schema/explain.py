"""Says in words what a JSON schema refused; shows values only where it lists or patterns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from renderer.errors import Finding
from renderer.position import Path
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import (
    EXPECTED_TYPE,
    either,
    found,
    place,
    quoted,
    rewritten,
    type_hint,
)

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

BOUND = {
    "minLength": "a length of {limit} or more",
    "maxLength": "a length of {limit} or less",
    "minItems": "{limit} or more of them",
    "maxItems": "{limit} or fewer of them",
    "minimum": "{limit} or more",
    "maximum": "{limit} or less",
    "exclusiveMinimum": "more than {limit}",
    "exclusiveMaximum": "less than {limit}",
}


MOST = 100


def explain(
    validator: Draft202012Validator, schema: Mapping[str, Any], value: Any
) -> list[Finding]:
    """One finding per fault, in the order of the schema, but no more than anybody reads."""
    try:
        errors = validator.iter_errors(value)
        worded = (each for error in errors for each in _worded(error, schema))
        findings = list(islice(worded, MOST))
    except ValueError:
        findings = list(_unreadable(value, ()))
    return list(dict.fromkeys(findings)) or [Finding((), "the document does not fit its schema")]


def _worded(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[Finding]:
    path: Path = tuple(error.instance_path)
    holder, keyword = _holder(schema, error.schema_path)
    match error.kind.name:
        case "additionalProperties":
            yield from _unknown_fields(path, error.kind.as_dict()["unexpected"], holder)
        case "required":
            yield _missing(path, error.kind.as_dict()["property"], holder, schema)
        case "anyOf" | "oneOf":
            yield from _best_branch(error, schema)
        case "propertyNames":
            yield _wrong_key(path, error.kind.error.instance, holder)  # type: ignore[attr-defined]
        case _:
            yield _refused(path, error.instance, holder, keyword)


def _refused(path: Path, value: Any, holder: Mapping[str, Any], keyword: str) -> Finding:
    match keyword:
        case "type":
            return _wrong_type(path, value, holder)
        case "enum" | "const":
            return _not_listed(path, value, holder)
        case "pattern":
            return _not_matching(path, value, holder)
        case _ if keyword in BOUND:
            return _out_of_bounds(path, value, holder, keyword)
        case _:
            return Finding(path, f"{place(path)} cannot stand here", holder.get("x-expected", ""))


def _unknown_fields(path: Path, names: list[str], holder: Mapping[str, Any]) -> Iterator[Finding]:
    known = sorted(holder.get("properties", {}))
    for name in names:
        yield Finding(
            (*path, name),
            f'unknown field "{name}" in {place(path)}',
            either(known),
            did_you_mean(name, known),
        )


def _missing(
    path: Path, name: str, holder: Mapping[str, Any], schema: Mapping[str, Any]
) -> Finding:
    wanted = _resolved(holder.get("properties", {}).get(name, {}), schema)
    examples = [each for each in wanted.get("examples", ()) if isinstance(each, str)]
    return Finding(
        path,
        f'"{name}" is missing in {place(path)}',
        holder.get("x-expected") or wanted.get("x-expected", ""),
        f'for example "{name}: {examples[0]}"' if examples else "",
    )


def _best_branch(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with the alternative whose type the value has; else what types there are."""
    branches: list[list[ValidationError]] = error.kind.context  # type: ignore[attr-defined]
    fitting = [
        branch
        for branch in branches
        if not any(
            each.kind.name == "type" and each.instance_path == error.instance_path
            for each in branch
        )
    ]
    if fitting:
        for each in fitting[0]:
            yield from _worded(each, schema)
        return
    path: Path = tuple(error.instance_path)
    types = [
        EXPECTED_TYPE[name]
        for branch in branches
        for each in branch
        if each.kind.name == "type"
        for name in each.kind.as_dict()["types"]
    ]
    yield Finding(
        path,
        f"{place(path)} is {found(error.instance)}",
        either(types),
        type_hint(error.instance, ["string"] if EXPECTED_TYPE["string"] in types else []),
    )


def _wrong_type(path: Path, value: Any, holder: Mapping[str, Any]) -> Finding:
    written = holder.get("type", [])
    types = written if isinstance(written, list) else [written]
    expected = holder.get("x-expected") or either([EXPECTED_TYPE[name] for name in types])
    return Finding(path, f"{place(path)} is {found(value)}", expected, type_hint(value, types))


def _not_listed(path: Path, value: Any, holder: Mapping[str, Any]) -> Finding:
    listed = holder.get("enum", [holder["const"]] if "const" in holder else [])
    allowed = [str(each) for each in listed]
    if not isinstance(value, str):
        return Finding(path, f"{place(path)} is {found(value)}", either(allowed))
    message = f"{place(path)} cannot be {quoted(value)}"
    return Finding(path, message, either(allowed), did_you_mean(value, allowed))


def _not_matching(path: Path, value: str, holder: Mapping[str, Any]) -> Finding:
    expected = holder.get("x-expected")
    if expected is None:  # no schema of ours: its pattern may be no Python, or take for ever
        return Finding(path, f"{place(path)} does not fit its pattern")
    message = f"{place(path)} cannot be {quoted(value)}" if value else f"{place(path)} is empty"
    hint = rewritten(value, holder["pattern"], holder.get("maxLength"))
    return Finding(path, message, expected, hint)


def _wrong_key(path: Path, key: str, holder: Mapping[str, Any]) -> Finding:
    message = f"{quoted(key)} is not allowed in {place(path)}"
    return Finding((*path, key), message, holder.get("x-expected", ""))


def _out_of_bounds(path: Path, value: Any, holder: Mapping[str, Any], keyword: str) -> Finding:
    match value:
        case str() | list() if not value:
            message = f"{place(path)} is empty"
        case str():
            message = f"{place(path)} is {len(value)} characters long"
        case list():
            message = f"{place(path)} has {len(value)} of them"
        case _:
            message = f"{place(path)} is {value}"
    bound = BOUND[keyword].format(limit=holder[keyword]) if keyword in holder else ""
    meant = "" if keyword == "maxLength" else holder.get("x-expected", "")
    return Finding(path, message, meant or bound)


def _holder(schema: Mapping[str, Any], steps: list[Any]) -> tuple[Mapping[str, Any], str]:
    """The part of the schema that holds the keyword which failed, and that keyword."""
    node: Any = schema
    try:
        for step in steps[:-1]:
            node = node[step]
    except (KeyError, IndexError, TypeError):  # a property without a name is no step of the path
        node = {}
    return node if isinstance(node, dict) else {}, str(steps[-1])


def _resolved(node: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a property's schema says itself, over what it refers to."""
    if not isinstance(node, dict):
        return {}
    name = node.get("$ref", "").rpartition("/")[2]
    definition = schema.get("$defs", {}).get(name)
    return {**definition, **node} if isinstance(definition, dict) else node


def _unreadable(value: Any, path: Path) -> Iterator[Finding]:
    """Keys that are no strings, and text that is no Unicode."""
    match value:
        case dict():
            for key, child in value.items():
                if not isinstance(key, str):
                    message = f"a key of {place(path)} is {found(key)}"
                    yield Finding((*path, key), message, "a string", "write it in quotes")
                elif _has_surrogates(key):
                    message = f"a key of {place(path)} is no valid Unicode"
                    yield Finding((*path, key), message, "text in UTF-8")
                else:
                    yield from _unreadable(child, (*path, key))
        case list():
            for index, child in enumerate(value):
                yield from _unreadable(child, (*path, index))
        case str() if _has_surrogates(value):
            yield Finding(path, f"{place(path)} is no valid Unicode", "text in UTF-8")


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)
