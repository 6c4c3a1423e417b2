"""What platform teams do with fragments, as they would tell it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from renderer.merge import MergeError, merge

Map = dict[str, Any]

TEMPLATE: Map = {
    "spec": {
        "containers": [
            {
                "name": "main",
                "image": "kubeflownotebookswg/jupyter-scipy:v1.7.0-rc.0",
                "ports": [{"containerPort": 8888}],
            }
        ]
    }
}
PYPI: Map = {
    "spec": {
        "containers": [
            {
                "name": "main",
                "env": [{"name": "PIP_INDEX_URL", "value": "https://pypi.private.com"}],
                "volumeMounts": [
                    {"mountPath": "/var/run/secrets/pypi.private.com/", "name": "pypi"}
                ],
            }
        ],
        "volumes": [{"name": "pypi", "secret": {"secretName": "pypi.private.com"}}],
    }
}
SPARK: Map = {
    "spec": {
        "containers": [
            {"name": "main", "ports": [{"name": "http-spark", "containerPort": 4040}]},
        ]
    }
}


def main(*variables: Any, **fields: Any) -> Map:
    """A pod template with one container, of which these are the variables and fields."""
    env = {"env": list(variables)} if variables else {}
    return {"spec": {"containers": [{"name": "main", **env, **fields}]}}


def variable(name: str, value: str = "x") -> Map:
    return {"name": name, "value": value}


def test_two_pod_defaults_meet_in_the_main_container_of_a_template() -> None:
    assert merge(merge(TEMPLATE, PYPI), SPARK) == {
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "image": "kubeflownotebookswg/jupyter-scipy:v1.7.0-rc.0",
                    "ports": [
                        {"name": "http-spark", "containerPort": 4040},
                        {"containerPort": 8888},
                    ],
                    "env": [{"name": "PIP_INDEX_URL", "value": "https://pypi.private.com"}],
                    "volumeMounts": [
                        {"mountPath": "/var/run/secrets/pypi.private.com/", "name": "pypi"}
                    ],
                }
            ],
            "volumes": [{"name": "pypi", "secret": {"secretName": "pypi.private.com"}}],
        }
    }


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        pytest.param(
            main(variable("A"), variable("B")),
            main(variable("C"), variable("B", "new")),
            main(variable("C"), variable("A"), variable("B", "new")),
            id="an item that is new comes first, the others stay where they are",
        ),
        pytest.param(
            main(variable("A"), variable("B")),
            main({"name": "A", "$patch": "delete"}),
            main(variable("B")),
            id="an item is deleted",
        ),
        pytest.param(
            main(variable("A"), variable("B")),
            main({"$patch": "replace"}, variable("C")),
            main(variable("C")),
            id="a list is replaced",
        ),
        pytest.param(
            main(variable("A"), image="i"),
            main(env=None),
            main(image="i"),
            id="a null deletes",
        ),
        pytest.param(
            {"spec": {"securityContext": {"runAsUser": 1, "fsGroup": 2}}},
            {"spec": {"securityContext": {"$patch": "replace", "fsGroup": 3}}},
            {"spec": {"securityContext": {"fsGroup": 3}}},
            id="a map is replaced",
        ),
        pytest.param(
            {"spec": {"securityContext": {"runAsUser": 1}}},
            {"spec": {"securityContext": {"$patch": "delete"}}},
            {"spec": {"securityContext": {}}},
            id="a map is emptied",
        ),
        pytest.param(
            {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}},
            {
                "spec": {
                    "volumes": [
                        {
                            "name": "v",
                            "$retainKeys": ["name", "secret"],
                            "secret": {"secretName": "s"},
                        }
                    ]
                }
            },
            {"spec": {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}},
            id="a volume changes its source",
        ),
        pytest.param(
            {"metadata": {"finalizers": ["a", "b"]}},
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"], "finalizers": ["c"]}},
            {"metadata": {"finalizers": ["c", "b"]}},
            id="a scalar leaves a list and another one comes",
        ),
        pytest.param(
            main(variable("A"), variable("B"), variable("C")),
            main(**{"$setElementOrder/env": [{"name": "C"}, {"name": "A"}]}),
            main(variable("B"), variable("C"), variable("A")),
            id="a list is put in order",
        ),
        pytest.param(
            main(variable("A")),
            main(variable("B"), **{"$setElementOrder/env": []}),
            main(variable("B"), variable("A")),
            id="an order of nothing orders nothing",
        ),
        pytest.param(
            main(ports=[{"containerPort": 80}]),
            main(
                ports=[
                    {"containerPort": 53, "protocol": "TCP"},
                    {"$patch": "replace"},
                    {"containerPort": 53, "protocol": "UDP"},
                ]
            ),
            main(
                ports=[
                    {"containerPort": 53, "protocol": "TCP"},
                    {"containerPort": 53, "protocol": "UDP"},
                ]
            ),
            id="a list is replaced by items of the same key",
        ),
        pytest.param(
            {"spec": {"tolerations": [{"key": "a"}]}},
            {"spec": {"tolerations": [{"$patch": "replace"}, {"key": "b", "value": None}]}},
            {"spec": {"tolerations": [{"key": "b"}]}},
            id="no directive comes along with a list that is replaced anyway",
        ),
        pytest.param(
            main(args=["a", "b"]),
            main(args=["c"]),
            main(args=["c"]),
            id="a list that does not merge is replaced",
        ),
        pytest.param(
            {"spec": {"nodeSelector": {"a": "1", "b": "2"}}},
            {"spec": {"nodeSelector": {"a": None, "c": "3"}}},
            {"spec": {"nodeSelector": {"b": "2", "c": "3"}}},
            id="a map of free keys merges by key",
        ),
        pytest.param(
            main(),
            {"spec": {"containers": [{"name": "new", "image": None, "env": [
                variable("A"), {"name": "B", "$patch": "delete"}, {"$patch": "replace"}
            ]}]}},
            {"spec": {"containers": [{"name": "new", "env": [variable("A")]}, {"name": "main"}]}},
            id="nothing that only makes sense in a patch comes along with an item that is new",
        ),
        pytest.param(
            main(unheard={"of": [1]}),
            main(unheard={"of": [2], "too": 3}),
            main(unheard={"of": [2], "too": 3}),
            id="a field that Kubernetes does not have merges as a plain map",
        ),
        pytest.param({"a": 1}, {"$patch": "delete"}, {}, id="everything is deleted"),
        pytest.param({"a": 1}, {"$patch": "replace", "b": 2}, {"b": 2}, id="all is replaced"),
    ],
)  # fmt: skip
def test_merging(base: Map, patch: Map, expected: Map) -> None:
    before = copy.deepcopy([base, patch])
    assert merge(base, patch) == expected
    assert [base, patch] == before


@pytest.mark.parametrize(
    ("base", "patch", "path", "message"),
    [
        (
            main(),
            main(**{"$patch": "merge"}),
            ("spec", "containers", 0, "$patch"),
            "$patch here can only be replace or delete",
        ),
        (
            {},
            {"spec": {"securityContext": {"$patch": "remove"}}},
            ("spec", "securityContext", "$patch"),
            "$patch here can only be replace or delete",
        ),
        (
            main(variable("A")),
            main({"value": "x"}),
            ("spec", "containers", 0, "env", 0),
            "an item of this list needs a name, by which it is merged",
        ),
        (
            main({"value": "x"}),
            main(variable("A")),
            ("spec", "containers", 0, "env"),
            "the list that this is merged into has an item without name",
        ),
        (
            main(variable("A")),
            main("A=x"),
            ("spec", "containers", 0, "env", 0),
            "an item of this list needs a name, by which it is merged",
        ),
        (
            main(),
            main(**{"$replace": True}),
            ("spec", "containers", 0, "$replace"),
            (
                "$replace is no directive; there are $patch, $retainKeys,"
                " $setElementOrder/FIELD and $deleteFromPrimitiveList/FIELD"
            ),
        ),
        (
            {},
            {"spec": {"volumes": [{"name": "v", "$drop": True}]}},
            ("spec", "volumes", 0, "$drop"),
            (
                "$drop is no directive; there are $patch, $retainKeys,"
                " $setElementOrder/FIELD and $deleteFromPrimitiveList/FIELD"
            ),
        ),
        (
            main(),
            {"spec": {"$retainKeys": ["containers"], "priority": 1}},
            ("spec", "$retainKeys"),
            "$retainKeys must name priority, which the patch sets beside it",
        ),
        (
            main(),
            {"spec": {"$retainKeys": "containers"}},
            ("spec", "$retainKeys"),
            "this must be a list",
        ),
        (
            main(variable("A")),
            main(variable("A"), variable("B"), **{"$setElementOrder/env": [{"name": "A"}]}),
            ("spec", "containers", 0, "$setElementOrder/env"),
            "the items of the list beside this must be in it, in its order",
        ),
        (
            main(variable("A")),
            main(**{"$deleteFromPrimitiveList/env": ["A"]}),
            ("spec", "containers", 0, "$deleteFromPrimitiveList/env"),
            "env is no list of scalars: mark an item $patch: delete",
        ),
        (
            {"metadata": {"finalizers": ["a"]}},
            {"metadata": {"finalizers": [{"name": "a"}]}},
            ("metadata", "finalizers"),
            "the items of this list must be scalars",
        ),
    ],
)
def test_what_cannot_be_merged_is_located(
    base: Map, patch: Map, path: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(MergeError) as caught:
        merge(base, patch)
    assert (caught.value.path, caught.value.message) == (path, message)


def test_what_a_patch_does_not_touch_is_shared() -> None:
    base = main(variable("A"), resources={"limits": {"cpu": "1"}})
    patch = {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}
    merged = merge(base, patch)
    assert merged["spec"]["containers"] is base["spec"]["containers"]
    assert merged["spec"]["volumes"] is patch["spec"]["volumes"]


def test_scalars_may_be_any_objects_that_compare_and_hash() -> None:
    class Wrapped:
        def __init__(self, value: str) -> None:
            self.value = value

        def __eq__(self, other: object) -> bool:
            return self.value == getattr(other, "value", other)

        def __hash__(self) -> int:
            return hash(self.value)

    merged = merge(
        main({"name": Wrapped("A"), "value": Wrapped("1")}),
        main({"name": "A", "value": Wrapped("2")}, {"name": Wrapped("B"), "$patch": "delete"}),
    )
    (only,) = merged["spec"]["containers"][0]["env"]
    assert (only["name"], only["value"].value) == ("A", "2")


def test_other_types_have_their_own_merge_keys() -> None:
    service = {"spec": {"ports": [{"port": 80, "name": "http"}]}}
    patch = {"spec": {"ports": [{"port": 80, "targetPort": 8888}]}}
    assert merge(service, patch, "Service") == {
        "spec": {"ports": [{"port": 80, "name": "http", "targetPort": 8888}]}
    }


def test_a_type_without_merging_lists_replaces_them() -> None:
    assert merge({"rules": [1]}, {"rules": [2]}, "Unheard") == {"rules": [2]}


def test_a_merged_pod_is_plain_json() -> None:
    assert json.loads(json.dumps(merge(TEMPLATE, PYPI))) == merge(TEMPLATE, PYPI)
