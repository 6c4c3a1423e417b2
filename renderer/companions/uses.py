"""What a basis calls the templates that a notebook's services were made of."""

from __future__ import annotations

from renderer.model.fragments import Reference
from renderer.model.singleuser import Templates

USE = "ConfigMap "


def use_of(known: Templates) -> str:
    """What a basis calls a ConfigMap of templates."""
    return f"{USE}{Reference(known.name, known.namespace)}"
