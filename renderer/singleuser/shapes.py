"""What must have a certain shape in a configuration, so that it can be worked with at all.

Everything else may be there, and is kept as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from renderer.errors import Problem
from renderer.position import Origin

_Check: TypeAlias = Callable[[Origin, Any], Iterator[Problem]]

_NAMES = "a list of names"
_VARIABLES = "a list of variables with names, or a mapping of names to values"


def faults(origin: Origin, value: Any) -> Iterator[Problem]:
    """What is wrong with a document of profiles, sizes and types of GPUs."""
    if not isinstance(value, Mapping):
        expected = "a mapping with profiles, sizes or gpuTypes"
        yield Problem(origin.at(), f"this is {_called(value)}", expected)
        return
    yield from _keys(origin, value, _DOCUMENT)


def _keys(origin: Origin, value: Mapping[str, Any], checks: Mapping[str, _Check]) -> _Found:
    for key, check in checks.items():
        if value.get(key) is not None:
            yield from check(origin / key, value[key])


_Found: TypeAlias = Iterator[Problem]


def _anything(_origin: Origin, _value: Any) -> _Found:
    yield from ()


def _wrong(origin: Origin, value: Any, expected: str) -> Problem:
    """Items go by the name of their list."""
    name = next((step for step in reversed(origin.path) if isinstance(step, str)), "this")
    is_item = bool(origin.path) and isinstance(origin.path[-1], int)
    what = f"an item of {name}" if is_item else name
    return Problem(origin.at(), f"{what} is {_called(value)}", expected)


def _list(expected: str, check: _Check = _anything) -> _Check:
    def checked(origin: Origin, value: Any) -> _Found:
        if not isinstance(value, list):
            yield _wrong(origin, value, expected)
            return
        for index, item in enumerate(value):
            yield from check(origin / index, item)

    return checked


def _mapping(checks: Mapping[str, _Check] | None = None, needed: str = "") -> _Check:
    def checked(origin: Origin, value: Any) -> _Found:
        if not isinstance(value, Mapping):
            yield _wrong(origin, value, "a mapping")
            return
        if needed and not value.get(needed):
            yield Problem(origin.at(), f"the {needed} is missing", f"a mapping with a {needed}")
        yield from _keys(origin, value, checks or {})

    return checked


def _scalar(origin: Origin, value: Any) -> _Found:
    if isinstance(value, (Mapping, list)):
        yield _wrong(origin, value, "a text")


def _env(origin: Origin, value: Any) -> _Found:
    if not isinstance(value, Mapping):
        yield from _list(_VARIABLES, _mapping(needed="name"))(origin, value)


def _services(origin: Origin, value: Any) -> _Found:
    yield from _mapping()(origin, value)
    for name, service in value.items() if isinstance(value, Mapping) else ():
        yield from _SERVICE(origin / name, service)


def _called(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "a mapping"


_RESOURCES = _mapping({"requests": _mapping(), "limits": _mapping(), "claims": _list("a list")})
_TOLERATIONS = _list("a list of tolerations", _mapping())
_SERVICE = _mapping({
    "resources": _list("a list of templates", _mapping()),
    "configuration": _mapping(),
    "labels": _mapping(),
    "return": _mapping(),
})
_PROFILE: dict[str, _Check] = {
    "name": _scalar,
    "users": _list(_NAMES, _scalar),
    "images": _list(_NAMES, _scalar),
    "env": _env,
    "volumes": _list("a list of volumes", _mapping({"name": _scalar}, needed="name")),
    "resources": _RESOURCES,
    "node_tolerations": _TOLERATIONS,
    "node_affinity": _mapping(),
    "services": _services,
    "labels": _mapping(),
    "gpu": _scalar,
}
_SIZE: dict[str, _Check] = {"name": _scalar, "resources": _RESOURCES}
_GPU_TYPE: dict[str, _Check] = {"type": _scalar, "node_tolerations": _TOLERATIONS}
_DOCUMENT: dict[str, _Check] = {
    "profiles": _list("a list of profiles", _mapping(_PROFILE)),
    "sizes": _list("a list of sizes", _mapping(_SIZE, needed="name")),
    "gpuTypes": _list("a list of types of GPUs", _mapping(_GPU_TYPE)),
}
