"""Fields by the names that the server gives them."""

from __future__ import annotations

from typing import Any

import pytest

from sync.fields import without
from sync.fields.paths import path

DESIRED = {
    "metadata": {"labels": {"a.b/c": "1", "a": "2"}, "finalizers": ["x", "y"]},
    "spec": {
        "replicas": 0,
        "containers": [
            {"name": "main", "image": "i", "resources": {"limits": {"cpu": "1"}}},
            {"name": "side", "image": "j"},
        ],
        "ports": [{"port": 53, "protocol": "UDP", "name": "dns"}, {"port": 53, "name": "tcp"}],
        "env": [{"name": 'q"[]', "value": "1"}],
        "args": ["a", "b"],
        "empty": {},
    },
}
PATHS = [
    (("f:containers", 'k:{"name":"main"}', "f:image"), '.containers[name="main"].image'),
    (("f:ports", 'k:{"port":53,"protocol":"UDP"}'), '.ports[port=53,protocol="UDP"]'),
    (("f:finalizers", 'v:"x"'), '.finalizers[="x"]'),
    (("f:args", "i:1"), ".args[1]"),
    (("f:labels", "f:a.b/c"), ".labels.a.b/c"),
]
GONE = [
    (".spec.replicas", ("spec", "replicas")),
    (".metadata.labels.a.b/c", ("metadata", "labels", "a.b/c")),
    (".metadata.labels.a", ("metadata", "labels", "a")),
    ('.spec.containers[name="main"].resources.limits.cpu', ("spec", "containers", 0, "resources")),
    ('.spec.containers[name="side"].image', ("spec", "containers", 1)),
    ('.spec.containers[name="main"]', ("spec", "containers", 0)),
    ('.spec.ports[port=53,protocol="TCP"].name', ("spec", "ports", 1)),
    ('.spec.ports[port=53,protocol="UDP"]', ("spec", "ports", 0)),
    (r'.spec.env[name="q\"[]"].value', ("spec", "env")),
    ('.metadata.finalizers[="y"]', ("metadata", "finalizers", 1)),
    (".spec.args[1]", ("spec", "args", 1)),
    (".spec.empty", ("spec", "empty")),
]
NOTHING = (
    ".spec.none",
    '.spec.containers[name="x"].image',
    ".spec.args[7]",
    ".spec.replicas.more",
    "spec",
)


@pytest.mark.parametrize(("elements", "said"), PATHS)
def test_a_path_is_said_as_the_server_says_it(elements: tuple[str, ...], said: str) -> None:
    assert path(elements) == said


@pytest.mark.parametrize(("said", "way"), GONE)
def test_a_field_is_left_out_and_what_it_leaves_empty(said: str, way: tuple[Any, ...]) -> None:
    before = repr(DESIRED)
    assert without(DESIRED, [said]) == less(DESIRED, way)
    assert repr(DESIRED) == before


@pytest.mark.parametrize("said", NOTHING)
def test_a_path_to_nothing_changes_nothing(said: str) -> None:
    assert without(DESIRED, [said]) == DESIRED


def test_several_fields_are_left_out_at_once() -> None:
    left = without(DESIRED, [".spec.args", ".metadata", ".spec.replicas"])
    assert left.keys() == {"spec"}
    assert left["spec"].keys() == {"containers", "ports", "env", "empty"}


def less(value: Any, way: tuple[Any, ...]) -> Any:
    first, *rest = way
    if rest:
        child = less(value[first], tuple(rest))
        if isinstance(value, dict):
            return {**value, first: child}
        return [child if at == first else each for at, each in enumerate(value)]
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != first}
    return [each for at, each in enumerate(value) if at != first]
