"""When two fragments of one layer contradict each other."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.merge import clashes, merge

Map = dict[str, Any]
ENV = ("spec", "containers", 0, "env")
VOLUME = ("spec", "volumes", 0)


def main(*variables: Map, **fields: Any) -> Map:
    env = {"env": list(variables)} if variables else {}
    return {"spec": {"containers": [{"name": "main", **env, **fields}]}}


def volume(**source: Any) -> Map:
    return {"spec": {"volumes": [{"name": "v", **source}]}}


A1 = {"name": "A", "value": "1"}
A2 = {"name": "A", "value": "2"}
A_FROM = {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
B1 = {"name": "B", "value": "1"}
SECRET = {"secret": {"secretName": "s"}}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(main(A1), main(B1), id="different variables"),
        pytest.param(main(A1), main(A1, B1), id="the same value of the same variable"),
        pytest.param(main(image="i"), {"spec": {"nodeSelector": {"a": "b"}}}, id="other fields"),
        pytest.param(volume(emptyDir={}), volume(emptyDir={"medium": "Memory"}), id="one source"),
        pytest.param(
            {"metadata": {"finalizers": ["a"]}},
            {"metadata": {"finalizers": ["b"]}},
            id="scalars of a merging list",
        ),
        pytest.param(main(env=None), main(image="i"), id="a deletion of what nobody sets"),
        pytest.param(main(env=None), main(env=None), id="the same deletion"),
        pytest.param(
            main({"name": "A", "$patch": "delete"}), main(B1), id="a deletion of another variable"
        ),
        pytest.param(
            main({"name": "A", "$patch": "delete"}),
            main(B1, {"name": "A", "$patch": "delete"}),
            id="the same deletion of a variable",
        ),
        pytest.param(
            {"spec": {"$retainKeys": ["containers", "volumes"]}},
            {"spec": {"nodeSelector": None}},
            id="a deletion of what is not retained",
        ),
        pytest.param(
            volume(**SECRET, **{"$retainKeys": ["name", "secret"]}),
            volume(**SECRET),
            id="what is retained",
        ),
        pytest.param(
            main(**{"$setElementOrder/env": [{"name": "A"}, {"name": "B"}]}),
            main(**{"$setElementOrder/env": [{"name": "A"}, {"name": "C"}, {"name": "B"}]}),
            id="orders that agree",
        ),
        pytest.param(
            main(ports=[{"containerPort": 1}]),
            main(ports=[{"containerPort": 2}]),
            id="different ports",
        ),
    ],
)
def test_these_get_along_whichever_comes_first(a: Map, b: Map) -> None:
    assert clashes(a, b) == []
    assert clashes(b, a) == []
    base = {"spec": main(A1, B1, image="o")["spec"] | volume(hostPath={"path": "/"})["spec"]}
    assert _unordered(merge(merge(base, a), b)) == _unordered(merge(merge(base, b), a))


@pytest.mark.parametrize(
    ("a", "b", "in_a", "in_b"),
    [
        pytest.param(
            main(B1, A1), main(A2), (*ENV, 1, "value"), (*ENV, 0, "value"), id="other values"
        ),
        pytest.param(
            main(A1),
            main(A_FROM),
            (*ENV, 0, "value"),
            (*ENV, 0, "valueFrom"),
            id="a value and a source of one variable",
        ),
        pytest.param(
            volume(**SECRET),
            volume(emptyDir={}),
            (*VOLUME, "secret"),
            (*VOLUME, "emptyDir"),
            id="two sources of one volume",
        ),
        pytest.param(
            main(livenessProbe={"exec": {"command": ["a"]}}),
            main(livenessProbe={"httpGet": {"port": 1}}),
            ("spec", "containers", 0, "livenessProbe", "exec"),
            ("spec", "containers", 0, "livenessProbe", "httpGet"),
            id="two handlers of one probe",
        ),
        pytest.param(
            main(args=["a"]),
            main(args=["a", "b"]),
            ("spec", "containers", 0, "args"),
            ("spec", "containers", 0, "args"),
            id="lists that do not merge",
        ),
        pytest.param(
            main(env=None),
            main(A1),
            ENV,
            ENV,
            id="a deletion of what the other sets",
        ),
        pytest.param(
            main({"name": "A", "$patch": "delete"}),
            main(B1, A1),
            (*ENV, 0),
            (*ENV, 1),
            id="a deletion of the other's variable",
        ),
        pytest.param(
            main({"$patch": "replace"}, B1), main(A1), ENV, ENV, id="a replacement of the list"
        ),
        pytest.param(
            {"spec": {"securityContext": {"$patch": "replace", "fsGroup": 1}}},
            {"spec": {"securityContext": {"runAsUser": 1}}},
            ("spec", "securityContext"),
            ("spec", "securityContext"),
            id="a replacement of the map",
        ),
        pytest.param(
            {"spec": {"$retainKeys": ["containers"]}},
            {"spec": {"nodeSelector": {"a": "b"}}},
            ("spec", "$retainKeys"),
            ("spec", "nodeSelector"),
            id="a field that is not retained",
        ),
        pytest.param(
            {"metadata": {"finalizers": ["a"]}},
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}},
            ("metadata", "finalizers"),
            ("metadata", "$deleteFromPrimitiveList/finalizers"),
            id="a deletion of the other's scalar",
        ),
        pytest.param(
            main(**{"$setElementOrder/env": [{"name": "A"}, {"name": "B"}]}),
            main(**{"$setElementOrder/env": [{"name": "B"}, {"name": "A"}]}),
            ("spec", "containers", 0, "$setElementOrder/env"),
            ("spec", "containers", 0, "$setElementOrder/env"),
            id="orders that contradict each other",
        ),
        pytest.param(
            main(ports=[{"containerPort": 53, "protocol": "TCP"}]),
            main(ports=[{"containerPort": 53, "protocol": "UDP"}]),
            ("spec", "containers", 0, "ports", 0, "protocol"),
            ("spec", "containers", 0, "ports", 0, "protocol"),
            id="one port with two protocols, because ports merge by number",
        ),
        pytest.param(main(), [], (), (), id="a map and something else"),
    ],
)
def test_these_clash_whichever_comes_first(
    a: Map, b: Map, in_a: tuple[Any, ...], in_b: tuple[Any, ...]
) -> None:
    assert clashes(a, b) == [(in_a, in_b)]
    assert clashes(b, a) == [(in_b, in_a)]


def test_every_clash_is_told() -> None:
    a = main(A1, image="i") | {"metadata": {"labels": {"l": "1"}}}
    b = main(A2, image="k") | {"metadata": {"labels": {"l": "2"}}}
    assert [".".join(map(str, path)) for path, _ in clashes(a, b)] == [
        "spec.containers.0.env.0.value",
        "spec.containers.0.image",
        "metadata.labels.l",
    ]


def _unordered(value: Any) -> Any:
    match value:
        case dict():
            return {key: _unordered(child) for key, child in value.items()}
        case list():
            return sorted(map(_unordered, value), key=repr)
        case _:
            return value
