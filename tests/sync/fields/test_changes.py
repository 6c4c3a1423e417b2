"""Whatever is changed, in git or in the cluster: different exactly when the server says so."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sync.errors import ClusterError
from sync.fields import Comparison, compare, equal_results, our_part

LABELS = {"app": "main", "a.b/c": "d"}
POD = {
    "containers": [
        {
            "name": "main",
            "image": "base:1",
            "args": ["--port", "80"],
            "env": [{"name": "B", "value": "2"}, {"name": "A", "value": ""}],
            "ports": [
                {"containerPort": 80},
                {"containerPort": 53, "protocol": "UDP", "name": "dns"},
            ],
            "resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}},
            "volumeMounts": [
                {"name": "home", "mountPath": "/home"},
                {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108
            ],
        },
        {"name": "side", "image": "side:1", "securityContext": {"runAsUser": 0}},
    ],
    "nodeSelector": {"disk": "ssd"},
    "securityContext": {"fsGroup": 100},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "volumes": [
        {"name": "home", "persistentVolumeClaim": {"claimName": "home"}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        {"name": "tmp", "emptyDir": {}},
    ],
}
WORKLOAD = {
    "apiVersion": "v1",
    "kind": "PodTemplate",  # no controller comes between
    "metadata": {"name": "churn", "labels": LABELS, "annotations": {"note": "1", "other": ""}},
    "template": {"metadata": {"labels": LABELS}, "spec": POD},
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "churn", "labels": LABELS},
    "spec": {
        "selector": LABELS,
        "ports": [
            {"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8888},
            {"name": "dns", "port": 53, "protocol": "UDP"},
        ],
    },
}
POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "churn", "annotations": {"note": "1"}},
    "spec": {
        "podSelector": {"matchLabels": LABELS},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}],
    },
}
OBJECTS = {each["kind"]: each for each in (WORKLOAD, SERVICE, POLICY)}
VALUES: tuple[Any, ...] = (
    "x",
    "",
    "1",
    "2",
    "1024Mi",
    0,
    1,
    7,
    True,
    None,
    {},
    [],
    {"x": "y"},
    ["x"],
    "RollingUpdate",
    "base:1",
)
ROUNDS = 120

IDENTITY = frozenset({
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
})
Way = tuple[str | int, ...]


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_change_in_git_is_seen_exactly_when_the_server_sees_it(api: Any, kind: str) -> None:
    desired = api.placed(OBJECTS[kind])
    live = api.apply(desired)
    chance = random.Random(kind)  # noqa: S311
    seen = []
    for _ in range(ROUNDS):
        changed = varied(desired, chance)
        with_answer = asked(api, changed)
        if with_answer is None:
            continue
        live = api.get(desired)
        seen.append(judged(compare(changed, live), live, with_answer, changed))
    assert seen.count("different") > 20
    assert seen.count("asked") < len(seen) / 2


@pytest.mark.parametrize("kind", OBJECTS)
def test_drift_is_seen_exactly_when_the_server_sees_it(api: Any, kind: str) -> None:
    desired = api.placed(OBJECTS[kind])
    chance = random.Random(kind)  # noqa: S311
    seen = []
    for _ in range(ROUNDS):
        if not drifted(api, desired, chance):
            continue
        live = api.get(desired)
        answer = asked(api, desired)
        if answer is None:
            continue
        if our_part(live) == our_part(answer):
            assert values(live) == values(answer)
        seen.append(judged(compare(desired, live), live, answer, desired))
    assert seen.count("different") > 5
    assert seen.count("same") > 3
    assert seen.count("asked") < len(seen) / 2


def values(obj: Any) -> Any:
    meta: Any = {name: obj["metadata"].get(name) for name in ("labels", "annotations")}
    return [meta, obj.get("spec"), obj.get("template")]


def judged(found: Comparison, live: Any, answer: Any, sent: Any) -> str:
    """What came of it; a false "same" fails, and so does asking about what is not there."""
    unchanged = equal_results(live, answer)
    if found.same:
        assert unchanged, json.dumps(sent)
        return "same"
    if not unchanged:
        return "different"
    assert {each.kind for each in found.differences} <= {"changed", "unowned"}, (
        found,
        json.dumps(sent),
    )
    return "asked"


def asked(api: Any, desired: Any) -> Any:
    try:
        return api.apply(desired, force=True, dry=True)
    except ClusterError:
        return None  # it makes no sense to the server


def drifted(api: Any, desired: Any, chance: random.Random) -> bool:
    """Somebody else writes: a merge patch, a whole update, or an apply of a part."""
    live = restored(api, desired)
    changed = varied(live, chance)
    try:
        match chance.randrange(3):
            case 0:
                api.send("PUT", api.path(live) + "?fieldManager=other", changed)
            case 1:
                part = {
                    name: changed[name] for name in changed if name not in {"metadata", "status"}
                }
                part["metadata"] = {"name": live["metadata"]["name"]}
                api.apply(part, "other", force=True)
            case _:
                labels = {"labels": {chance.choice("abc"): "z"}}
                api.merge(live, {**changed, "metadata": labels})
    except ClusterError:
        return False
    return True


def restored(api: Any, desired: Any) -> Any:
    """Ours again; made anew where what others left does not fit."""
    try:
        live = api.apply(desired, force=True)
    except ClusterError:
        live = None
    if live and compare(desired, live).same:
        return live
    if live or exists(api, desired):
        api.send("DELETE", api.path(desired))
    return api.apply(desired)


def exists(api: Any, desired: Any) -> bool:
    try:
        return bool(api.get(desired))
    except ClusterError:
        return False


def varied(obj: Any, chance: random.Random) -> Any:
    """The object with one thing changed, gone, added, or moved."""
    changed = copy.deepcopy(obj)
    way = chance.choice([each for each in ways(obj) if each[0] != "status"])
    parent = changed
    for step in way[:-1]:
        parent = parent[step]
    match chance.randrange(4):
        case 0:
            del parent[way[-1]]
        case 1:
            parent[way[-1]] = chance.choice(VALUES)
        case 2 if isinstance(parent, list):
            chance.shuffle(parent)
        case 2:
            parent[chance.choice(("app", "x", "protocol", "cpu", "value"))] = chance.choice(VALUES)
        case _ if isinstance(parent[way[-1]], str):
            parent[way[-1]] += "1"
        case _:
            parent[way[-1]] = chance.choice(VALUES)
    return changed


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    if len(way) > 1 and way[:2] not in {("metadata", each) for each in IDENTITY}:
        yield way
    steps: Mapping[Any, Any] = {}
    if isinstance(value, dict):
        steps = value
    elif isinstance(value, list):
        steps = dict(enumerate(value))
    for step, each in steps.items():
        yield from ways(each, (*way, step))
