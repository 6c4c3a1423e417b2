"""Trees as servers old and new write them: what is the same, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from sync.fields import compare

ITEM = 'k:{"name":"a"}'
FIELD_REF = {"fieldRef": {"fieldPath": "p"}}
LIVE_REF = {"fieldRef": {"fieldPath": "p", "apiVersion": "v1"}}
SAME: dict[str, tuple[Any, Any, Any]] = {
    "an empty map, not written down": ({"x": {}, "y": 1}, {"x": {}, "y": 1}, {"f:y": {}}),
    "an empty map, written down": ({"x": {}}, {"x": {}}, {"f:x": {}}),
    "nothing but empty maps": ({"x": {"z": {}}, "y": 1}, {"x": {"z": {}}, "y": 1}, {"f:y": {}}),
    "a map owned whole": ({"x": {"a": "1"}}, {"x": {"a": "1"}}, {"f:x": {}}),
    "a default in a map owned whole": (FIELD_REF, LIVE_REF, {"f:fieldRef": {}}),
    "an item owned whole": ({"x": [{"name": "a"}]}, {"x": [{"name": "a"}]}, {"f:x": {ITEM: {}}}),
    "items of others between ours": (
        {"x": [{"name": "a"}]},
        {"x": [{"name": "b"}, {"name": "a", "more": 1}]},
        {"f:x": {ITEM: {".": {}, "f:name": {}}}},
    ),
    "values of others in a set": ({"x": ["a"]}, {"x": ["b", "a"]}, {"f:x": {'v:"a"': {}}}),
}
OTHERS: Any = {"f:x": {".": {}, "f:a": {}}}
DIFFERENT: dict[str, tuple[Any, Any, Any, Any, list[tuple[str, str]]]] = {
    "an empty map that another owns": (
        {"x": {}, "y": 1},
        {"x": {}, "y": 1},
        {"f:y": {}},
        {"f:x": {}},
        [(".spec.x", "unowned")],
    ),
    "an empty map that is gone": (
        {"x": {}, "y": 1},
        {"y": 1},
        {"f:y": {}},
        {},
        [(".spec.x", "changed")],
    ),
    "a map that was empty when it was applied": (
        {"emptyDir": {"medium": "Memory"}},
        {"emptyDir": {"medium": "Memory"}},
        {"f:emptyDir": {}},
        {},
        [(".spec.emptyDir", "unowned")],
    ),
    "a map of which another owns a part": (
        {"x": {"a": "1"}},
        {"x": {"a": "1"}},
        {"f:x": {}},
        OTHERS,
        [(".spec.x", "unowned")],
    ),
    "truth for one": ({"x": True}, {"x": 1}, {"f:x": {}}, {}, [(".spec.x", "changed")]),
    "one for truth, deep": (
        {"x": [{"a": 1}]},
        {"x": [{"a": True}]},
        {"f:x": {}},
        {},
        [(".spec.x", "changed")],
    ),
    "a whole number for another": ({"x": 1}, {"x": 1.0}, {"f:x": {}}, {}, [(".spec.x", "changed")]),
    "an item of which we own the fields only": (
        {"x": [{"name": "a"}]},
        {"x": [{"name": "a"}]},
        {"f:x": {ITEM: {"f:name": {}}}},
        {},
        [('.spec.x[name="a"]', "unowned")],
    ),
    "an item that is no longer asked for": (
        {"x": [{"name": "a"}]},
        {"x": [{"name": "a"}, {"name": "b"}]},
        {"f:x": {ITEM: {".": {}, "f:name": {}}, 'k:{"name":"b"}': {".": {}, "f:name": {}}}},
        {},
        [('.spec.x[name="b"]', "dropped")],
    ),
    "an item twice": (
        {"x": [{"name": "a"}]},
        {"x": [{"name": "a"}, {"name": "a"}]},
        {"f:x": {ITEM: {".": {}, "f:name": {}}}},
        {},
        [(".spec.x", "changed")],
    ),
    "a value of a set, gone": (
        {"x": ["a"]},
        {"x": []},
        {"f:x": {'v:"a"': {}}},
        {},
        [(".spec.x", "changed")],
    ),
    "a value of a set, dropped": (
        {"x": ["a"]},
        {"x": ["a", "b"]},
        {"f:x": {'v:"a"': {}, 'v:"b"': {}}},
        {},
        [('.spec.x[="b"]', "dropped")],
    ),
    "a field of ours that is gone": ({"x": 1}, {}, {"f:x": {}}, {}, [(".spec.x", "changed")]),
    "a field that is new": ({"x": 1, "y": 2}, {"x": 1}, {"f:x": {}}, {}, [(".spec.y", "added")]),
    "an amount that only looks like one": (
        {"annotations": {"sizeLimit": "1000m"}},
        {"annotations": {"sizeLimit": "1"}},
        {"f:annotations": {"f:sizeLimit": {}}},
        {},
        [(".spec.annotations.sizeLimit", "changed")],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_it_is_the_same(name: str) -> None:
    wanted, there, tree = SAME[name]
    assert compare(thing(wanted), live(there, tree, {})).differences == ()


@pytest.mark.parametrize("name", DIFFERENT)
def test_it_is_different(name: str) -> None:
    wanted, there, tree, others, expected = DIFFERENT[name]
    found = compare(thing(wanted), live(there, tree, others)).differences
    assert [(each.path, each.kind) for each in found] == expected


@pytest.mark.parametrize("kind", ["ControllerRevision", "Thing"])
def test_nothing_is_known_of_what_is_not_built_in(kind: str) -> None:
    group = "apps/v1" if kind == "ControllerRevision" else "example.com/v1"
    wanted, there = {"requests": {"cpu": "1000m"}}, {"requests": {"cpu": "1"}}
    tree: Any = {"f:requests": {"f:cpu": {}}}
    found = compare(thing(wanted, group, kind), live(there, tree, {}, group, kind))
    assert not found.same
    assert compare(thing(wanted), live(there, tree, {})).same


def thing(spec: Any, version: str = "v1", kind: str = "Pod") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": spec}


def live(
    spec: Any, ours: Any, theirs: Any, version: str = "v1", kind: str = "Pod"
) -> dict[str, Any]:
    fields = [("octavo", "Apply", ours), ("other", "Update", theirs)]
    entries = [
        {"manager": name, "operation": how, "apiVersion": version, "fieldsV1": {"f:spec": tree}}
        for name, how, tree in fields
        if tree
    ]
    return {**thing(spec, version, kind), "metadata": {"name": "a", "managedFields": entries}}
