"""What users may fill in themselves, as a parameter of the Template."""

from __future__ import annotations

import re
from typing import Any

from renderer.imports.choices import Option
from renderer.imports.remarks import Remark, left
from renderer.imports.slugs import untaken
from renderer.parse.parameters import parameter_faults
from renderer.position import Document

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def parameter_of(
    option: Option, parameters: dict[str, Any], source: str, remarks: list[Remark]
) -> str:
    """The name of the parameter, which is added to the others; none where it cannot be bounded."""
    words = _UNSAFE.sub("_", option.slug).strip("_")
    name = untaken(f"own_{words}" if words else "own", parameters).replace("-", "_")
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if option.unlisted is not None:
        schema["description"] = f"{option.title}: {option.unlisted.title}"
    if option.pattern:
        anchored = option.pattern.startswith("^")
        schema["pattern"] = option.pattern if anchored else f"^(?:{option.pattern})"
    whole = {"spec": {"parameters": {"type": "object", "properties": {name: schema}}}}
    if any(parameter_faults(Document("parameters", whole, (0, None)))):
        message = "an unlisted choice whose validation_regex is none that a JSON schema takes"
        remarks.append(left(source, message, "offer the choices by name"))
        return ""
    parameters[name] = schema
    return name
