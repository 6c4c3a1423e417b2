"""The fast gate of Kubernetes' own types, with a schema for each minor version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from renderer.errors import Finding, UsageError
from renderer.schema.data import read

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

POD_TEMPLATE = "PodTemplateSpec"


def versions() -> tuple[str, ...]:
    """The minor versions there are schemas of, such as `1.33`, the oldest first."""
    return tuple(_file()["versions"])


def default_version() -> str:
    """The newest version."""
    return versions()[-1]


def minor_version(version: str) -> str:
    """The version of these that `v1.33.4` or `1.33` means; for nothing the default one."""
    known = re.fullmatch(r"v?(\d+\.\d+)(\..*)?", version)
    minor = known[1] if known else version or default_version()
    if minor not in versions():
        problem = f"there is no schema of Kubernetes {version}, only of {versions()[0]} to"
        raise UsageError(f"{problem} {default_version()}")
    return minor


def check_pod_template(pod: Mapping[str, Any], version: str) -> list[Finding]:
    """What a Kubernetes of that version does not understand in a pod template."""
    return _check(POD_TEMPLATE, pod, minor_version(version))


def unknown_fields(fragment: Mapping[str, Any], version: str) -> list[Finding]:
    """The fields of a partial pod template that there are not; directives are no fields."""
    findings = check_pod_template(fragment, version)
    if not findings:
        return []
    from renderer.schema.kubernetes_faults import NO_SUCH_FIELD

    return [
        finding
        for finding in findings
        if finding.message.endswith(NO_SUCH_FIELD) and not str(finding.path[-1]).startswith("$")
    ]


def check_object(obj: Mapping[str, Any], version: str) -> list[Finding]:
    """The same for a whole object; nothing for kinds that there is no schema of."""
    type_name = _file()["kinds"].get(f"{obj.get('apiVersion')}/{obj.get('kind')}")
    return _check(type_name, obj, minor_version(version)) if type_name else []


@cache
def definitions(version: str) -> Mapping[str, Any]:
    """The schema of each type in a minor version.

    The file tells for each type since when it is what; null is since when it is no more.
    """
    order = versions().index
    current = {
        name: [schema for since, schema in history if order(since) <= order(version)][-1:]
        for name, history in _file()["definitions"].items()
    }
    return {name: schema for name, [*last] in current.items() for schema in last if schema}


def later_version_with(type_name: str, field: str, version: str) -> str:
    """The first version after this one in which a type has a field, or nothing."""
    for later in versions()[versions().index(version) + 1 :]:
        if field in definitions(later).get(type_name, {}).get("properties", {}):
            return later
    return ""


def _check(type_name: str, value: Mapping[str, Any], version: str) -> list[Finding]:
    validator = _validator(type_name, version)
    try:
        if validator.is_valid(value):
            return []
    except ValueError:  # a key that is no string, or text that is no Unicode
        from renderer.schema.explain import explain

        return explain(validator, {}, value)
    from renderer.schema.kubernetes_faults import faults

    return faults(validator, value, version)


@cache
def _validator(type_name: str, version: str) -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator

    schema = {"$ref": f"#/$defs/{type_name}", "$defs": definitions(version)}
    return Draft202012Validator(schema)


@cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(read("kubernetes/definitions.json"))
    return loaded
