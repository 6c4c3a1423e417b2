"""The one door to the schema files that ship with the package."""

from __future__ import annotations

from pkgutil import get_data  # importlib.resources takes 15 ms longer to import


def read(name: str) -> bytes:
    """The bytes of a file below `schemas/`, such as `kinds/notebook.json`."""
    data = get_data("renderer.schemas", name)
    if data is None:
        raise FileNotFoundError(name)
    return data
