"""`{username}` and the like, which KubeSpawner fills in for each server, as our expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from renderer.imports.remarks import Remark, changed, left
from renderer.templating.literals import Expression, literally

USER = "{{ owner.escaped }}"
FIELDS: Mapping[str, str] = {
    "username": USER,
    "escaped_username": USER,
    "legacy_escaped_username": USER,
    "safe_username": USER,
    "unescaped_username": "{{ owner.name }}",
    "servername": "{{ notebook.name }}",
    "escaped_servername": "{{ notebook.name }}",
    "safe_servername": "{{ notebook.name }}",
    "unescaped_servername": "{{ notebook.name }}",
    "user_server": USER + "--{{ notebook.name }}",
    "escaped_user_server": USER + "--{{ notebook.name }}",
    "safe_user_server": USER + "--{{ notebook.name }}",
    "hubnamespace": "{{ notebook.namespace }}",
    "pod_name": "{{ notebook.object_name }}-0",
}
UNKNOWN = ("userid", "pvc_name")
_FIELD = re.compile(r"\{(" + "|".join((*FIELDS, *UNKNOWN, "value")) + r")\}")
VALUE = "value"


def expanded(value: Any, source: str, remarks: list[Remark], parameter: str = "") -> Any:
    """The value with the fields of KubeSpawner as expressions; the rest is meant literally."""
    match value:
        case Expression():
            return value
        case str():
            return _text(value, source, remarks, parameter)
        case dict():
            return {
                key: expanded(child, source, remarks, parameter) for key, child in value.items()
            }
        case list():
            return [expanded(child, source, remarks, parameter) for child in value]
        case _:
            return value


def _text(text: str, source: str, remarks: list[Remark], parameter: str) -> Any:
    names = _FIELD.findall(text)
    meant = [name for name in names if name in FIELDS or (name == VALUE and parameter)]
    for name in names:
        _say(name, source, remarks)
    if not meant:
        return text
    fields = {**FIELDS, VALUE: f"{{{{ parameters.{parameter} }}}}"}
    parts = _FIELD.split(text)
    written = [
        (fields[part] if part in meant else f"{{{part}}}") if index % 2 else literally(part)
        for index, part in enumerate(parts)
    ]
    return Expression("".join(written))


def _say(name: str, source: str, remarks: list[Remark]) -> None:
    if name in UNKNOWN:
        message = f"{{{name}}} is nothing that is known of a notebook here"
        remarks.append(left(source, message, "it stands in the pod as it is: change it"))
    elif "servername" in name or "user_server" in name:
        message = f"{{{name}}} is the name of the notebook now"
        remarks.append(changed(source, message, "servers without a name had none"))
    elif FIELDS.get(name) == USER:
        message = f"{{{name}}} is the owner's name as KubeSpawner before 7 escaped it"
        advice = "`alice@example.com` is `alice-40example-2ecom`; newer ones cut it and add a hash"
        remarks.append(changed(source, message, advice))
