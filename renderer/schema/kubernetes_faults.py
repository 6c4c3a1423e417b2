"""Says in words what the schemas of Kubernetes refuse. No value is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from renderer.errors import Finding
from renderer.position import Path
from renderer.schema.kubernetes import definitions, later_version_with
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import EXPECTED_TYPE, either, found, rewritten, type_hint

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

QUANTITY = "a quantity such as 500m, 2 or 4Gi"
FEW = 8


NO_SUCH_FIELD = "there is no such field"


def faults(validator: Draft202012Validator, value: Any, version: str) -> list[Finding]:
    """One finding for each thing that is wrong."""
    findings = (
        finding
        for error in validator.iter_errors(value)
        for finding in _worded(error, value, version)
    )
    return list(dict.fromkeys(findings))


def spelled(path: Path, value: Any) -> str:
    """A path as people write it, items by their name: `spec.containers[main].image`."""
    text = ""
    for step in path:
        value = _step_into(value, step)
        if isinstance(step, int):
            name = value.get("name") if isinstance(value, dict) else None
            text += f"[{name if isinstance(name, str) else step}]"
        else:
            text += f".{step}" if text else step
    return text or "the object"


def _step_into(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _worded(error: ValidationError, value: Any, version: str) -> Iterator[Finding]:
    path: Path = tuple(error.instance_path)
    detail: Mapping[str, Any] = error.kind.as_dict()
    here = spelled(path, value)
    match error.kind.name:
        case "additionalProperties":
            for name in detail["unexpected"]:
                yield _unknown((*path, name), _type_name(error), value, version)
        case "required":
            yield Finding(path, f"{here}: {detail['property']} is missing")
        case "type":
            expected = [name for name in detail["types"] if name != "null"]
            hint = type_hint(error.instance, expected)
            yield Finding(path, f"{here} is {found(error.instance)}", _types(expected), hint)
        case "enum":
            words = [word for word in detail["options"] if word]
            hint = did_you_mean(error.instance, words) if isinstance(error.instance, str) else ""
            yield Finding(path, f"{here} has a value that is not allowed", either(words), hint)
        case "pattern":
            hint = rewritten(str(error.instance), detail["pattern"], None)
            yield Finding(path, f"{here} is not a quantity", QUANTITY, hint)
        case other:
            yield Finding(path, f"{here} breaks the rule {other} of the Kubernetes schema")


def _unknown(path: Path, type_name: str, value: Any, version: str) -> Finding:
    *_, name = path
    known = sorted(definitions(version)[type_name]["properties"])
    hint = did_you_mean(str(name), known)
    later = later_version_with(type_name, str(name), version)
    if later:
        hint = f"there is one from Kubernetes {later} on; the pod is checked for {version}"
    expected = f"one of {either(known)}" if len(known) <= FEW else ""
    return Finding(path, f"{spelled(path, value)}: {NO_SUCH_FIELD}", expected, hint)


def _type_name(error: ValidationError) -> str:
    """The type whose rule it is: the rules of every type begin with `$defs/TYPE`."""
    return str(error.schema_path[1])


def _types(names: list[str]) -> str:
    if set(names) == {"string", "number"}:
        return QUANTITY
    return either(EXPECTED_TYPE[name] for name in names)
