"""What is never shown: the data of Secrets, and values of variables that sound secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
SECRET_FIELDS = ("data", "stringData")
COPY = "kubectl.kubernetes.io/last-applied-configuration"
SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|api_?key|(^|_)(key|pass|pwd)(_id)?$",
    re.IGNORECASE,
)


def sounds_secret(variable: str) -> bool:
    """Whether a variable of this name is likely to hold what nobody else should read."""
    return SECRET_NAME.search(variable) is not None


def is_secret(manifest: Any) -> bool:
    return isinstance(manifest, Mapping) and manifest.get("kind") == "Secret"


def masked(manifest: Mapping[str, Any], other: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The Secret without its data; what differs from the `other` version bears the mark."""
    shown = dict(manifest)
    for field in SECRET_FIELDS:
        if field in shown:
            shown[field] = _masked(shown[field], other.get(field), mark)
    metadata = shown.get("metadata")
    if isinstance(metadata, Mapping) and COPY in (metadata.get("annotations") or {}):
        annotations = {**metadata["annotations"], COPY: MASK}
        shown["metadata"] = {**metadata, "annotations": annotations}
    return shown


def _masked(value: Any, other: Any, mark: str) -> Any:
    if isinstance(value, Mapping):
        others = other if isinstance(other, Mapping) else {}
        return {key: _masked(child, others.get(key), mark) for key, child in value.items()}
    return MASK if value == other else f"{MASK} ({mark})"
