"""The sizes that a user may choose from, and the form to do so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from renderer.profiles import resources

# What the form sends where the size is left to the profiles.
NO_SIZE = "None"
DEFAULT = "Default (resources will be set based on profiles configured by administrator)"
_UNSAID = "Default"
_AMOUNTS = (
    ("Memory request", "requests", "memory"),
    ("CPU request", "requests", "cpu"),
    ("Memory limit", "limits", "memory"),
    ("CPU limit", "limits", "cpu"),
)


def size_of(sizes: Iterable[Mapping[str, Any]], name: str | None) -> dict[str, Any]:
    """The last size of this name, with requests and limits; nothing where it sets nothing."""
    found = [size for size in sizes if size["name"] == name]
    return _complete(found[-1]) if found else {}


def form(sizes: Iterable[Mapping[str, Any]], selected: str | None = None) -> str:
    """A select for the options of a spawner; profiles decide where nothing is chosen."""
    complete = {size["name"]: size for size in map(_complete, sizes) if size}
    options = [_option(NO_SIZE, DEFAULT, is_selected=False)]
    options += [
        _option(name, _described(size), is_selected=name == selected)
        for name, size in complete.items()
    ]
    return "\n".join([
        "<h3>Deployment sizes</h3>",
        '<label for="size">Select desired container size</label>',
        '<select class="form-control" id="size" name="size" size="1">',
        *options,
        "</select>",
    ])


def _complete(size: Mapping[str, Any]) -> dict[str, Any]:
    if found := resources.normal(size.get("resources")):
        return {**size, "resources": found}
    return {}


def _described(size: Mapping[str, Any]) -> str:
    found = size["resources"]
    amounts = (f"{what}: {found.get(side, {}).get(name, _UNSAID)}" for what, side, name in _AMOUNTS)
    return f"{size['name']} ({', '.join(amounts)})"


def _option(value: object, text: str, *, is_selected: bool) -> str:
    mark = " selected" if is_selected else ""
    return f'<option value="{escape(str(value))}"{mark}>{escape(text)}</option>'
