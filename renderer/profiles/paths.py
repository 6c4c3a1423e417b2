"""JSONPaths, by which a service says what of its objects a notebook is told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from renderer.errors import Finding, OctavoError

_REMEMBERED = 1024
_EXPECTED = "a JSONPath, such as metadata.name or status.ports[0].port"


class PathError(OctavoError):
    """A path cannot be read as a JSONPath."""


def unreadable(paths: Mapping[str, str]) -> list[Finding]:
    """Those of the paths that are none, each at its name."""
    return [
        Finding((name,), fault, _EXPECTED)
        for name, path in paths.items()
        if isinstance(fault := _parsed(path), str)
    ]


def returned(value: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, str]:
    """What the paths find, as text: several joined with a comma, nothing where there is none."""
    return {name: ",".join(map(_as_text, _found(value, path))) for name, path in paths.items()}


def missing(value: Mapping[str, Any], paths: Mapping[str, str]) -> list[str]:
    """The names of those paths that find nothing, or only null."""
    return [
        name for name, path in paths.items() if all(found is None for found in _found(value, path))
    ]


def _found(value: Mapping[str, Any], path: str) -> list[Any]:
    parsed = _parsed(path)
    if isinstance(parsed, str):
        raise PathError(f"{parsed}; expected {_EXPECTED}")
    return [match.value for match in parsed.find(value)]


def _as_text(value: Any) -> str:
    """Texts and numbers as they are; what else there is as JSON writes it; null is nothing."""
    if value is None:
        return ""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    import orjson

    return orjson.dumps(value).decode()


@lru_cache(maxsize=_REMEMBERED)
def _parsed(path: str) -> Any:
    """The path, ready to be walked, or words for what is wrong with it."""
    from jsonpath_ng.parser import parse

    try:
        return parse(path)
    except Exception:  # noqa: BLE001  (its lexer and its parser raise what they like)
        return f"{path!r} cannot be read as a path"
