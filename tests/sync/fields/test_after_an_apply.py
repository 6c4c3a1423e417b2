"""What was just applied is the same, or is told from it only by what the server alone knows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster, KubectlError

from renderer.yamlio import load_all
from sync.fields import compare, equal_results, our_part
from sync.fields.likeness import is_built_in
from tests.sync.kinds import ANYTHING, installed

ROOT = Path(__file__).parents[3]
LABELS = {"app": "main"}


def pod(**spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": LABELS}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "churn"},
        "spec": {"serviceName": "churn", "selector": {"matchLabels": LABELS}, "template": template},
    }


def container(**fields: Any) -> dict[str, Any]:
    return pod(containers=[{"name": "main", "image": "base:1", **fields}])


def volumes(*items: Mapping[str, Any]) -> dict[str, Any]:
    return pod(containers=[{"name": "main", "image": "base:1"}], volumes=list(items))


def core(kind: str, api_version: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "churn"}, **fields}


def meta(**fields: Any) -> dict[str, Any]:
    return {**core("ConfigMap"), "metadata": {"name": "churn", **fields}}


NETWORK, RBAC = "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"
# Of a kind that no collector of garbage knows.
OWNER = {"apiVersion": "example.com/v1", "kind": "Thing", "name": "other", "uid": "8f4c"}
EXACT = {
    "a service with its protocols": core(
        "Service",
        spec={
            "selector": LABELS,
            "ports": [
                {"name": "dns", "port": 53, "protocol": "UDP"},
                {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"},
            ],
        },
    ),
    "ports without a protocol": container(
        ports=[{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]
    ),
    "one port, two protocols": container(
        ports=[{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "name": "dns-tcp"}]
    ),
    "variables, some empty": container(
        env=[
            {"name": "B", "value": ""},
            {"name": "A", "value": "1"},
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {
                "name": "KEY",
                "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}},
            },
            {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        ],
        envFrom=[{"configMapRef": {"name": "c"}}],
    ),
    "amounts that the server writes otherwise": container(
        resources={
            "requests": {"cpu": "0.5", "memory": "1024Mi"},
            "limits": {"cpu": "1000m", "memory": "1.5Gi"},
        }
    ),
    "probes and commands": container(
        command=["sh", "-c"],
        args=[],
        readinessProbe={"httpGet": {"path": "/", "port": 80}},
        livenessProbe={"tcpSocket": {"port": "http"}},
        securityContext={"capabilities": {"drop": ["ALL"]}, "runAsUser": 0, "privileged": False},
    ),
    "init containers": pod(
        containers=[{"name": "main", "image": "base:1"}],
        initContainers=[{"name": "one", "image": "a"}, {"name": "two", "image": "b"}],
    ),
    "scheduling": pod(
        containers=[{"name": "main", "image": "base:1"}],
        tolerations=[{"key": "gpu", "operator": "Exists"}, {"operator": "Exists"}],
        nodeSelector={"disk": "ssd"},
        imagePullSecrets=[{"name": "pull"}],
        hostAliases=[{"ip": "10.0.0.1", "hostnames": ["a", "b"]}],
        affinity={
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": "gpu", "operator": "In", "values": ["a"]}]}
                    ]
                }
            }
        },
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": LABELS},
            }
        ],
        securityContext={},
    ),
    "volumes": volumes(
        {"name": "scratch", "emptyDir": {}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1024Mi"}},
        {"name": "home", "persistentVolumeClaim": {"claimName": "home"}},
        {"name": "config", "configMap": {"name": "c", "items": [{"key": "a", "path": "b"}]}},
        {"name": "secret", "secret": {"secretName": "s", "defaultMode": 256}},
        {
            "name": "all",
            "projected": {
                "sources": [
                    {"serviceAccountToken": {"path": "token"}},
                    {
                        "downwardAPI": {
                            "items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]
                        }
                    },
                    {"configMap": {"name": "c"}},
                ]
            },
        },
    ),
    "owners": meta(ownerReferences=[OWNER, {**OWNER, "uid": "01aa", "name": "second"}]),
    "labels whose names hold dots and quotes": {
        **meta(labels={"a.b/c": "d", "e": ""}, annotations={"x.y/z": 'say "hi" <b>', "empty": ""})
    },
    "binary data": core("ConfigMap", data={"a.b": "c", "é": "ü"}, binaryData={"raw": "AAEC"})
    | {"data": {"a.b": "ü"}},
    "a secret": core("Secret", type="Opaque", data={"key": "c2VjcmV0"}),
    "a network policy": core(
        "NetworkPolicy",
        NETWORK,
        spec={
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {"from": [{"podSelector": {"matchLabels": LABELS}}], "ports": [{"port": 80}]}
            ],
            "egress": [{}],
        },
    ),
    "a policy that forbids everything": core(
        "NetworkPolicy",
        NETWORK,
        spec={"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []},
    ),
    "a binding": core(
        "RoleBinding",
        RBAC,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
        subjects=[
            {"kind": "User", "name": "a"},
            {"kind": "ServiceAccount", "name": "b", "namespace": "c"},
        ],
    ),
    "a role": core(
        "Role", RBAC, rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    ),
    "a quota": core("ResourceQuota", spec={"hard": {"requests.cpu": "1000m", "pods": "10"}}),
    "limits": core(
        "LimitRange",
        spec={
            "limits": [
                {"type": "Container", "default": {"cpu": "0.5"}, "defaultRequest": {"cpu": "100m"}}
            ]
        },
    ),
    "a claim": core(
        "PersistentVolumeClaim",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}},
    ),
    "a revision, whose data is anybody's": core(
        "ControllerRevision",
        "apps/v1",
        revision=1,
        data={
            "fragments": [{"resources": {"requests": {"cpu": "1000m"}}}],
            "empty": {},
            "null": None,
        },
    ),
    "an ingress": core(
        "Ingress",
        NETWORK,
        spec={
            "rules": [
                {
                    "host": "a.example.com",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "a", "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ]
        },
    ),
}
# What is different as far as anybody here can tell, and the server says that it is not.
ONLY_THE_SERVER_KNOWS = {
    "null": container(command=None),
    "an empty list": container(volumeMounts=[]),
    "labels that are an empty map": meta(labels={}),
    "a secret in plain words": core("Secret", stringData={"a": "b"}),
    "defaults that follow from others": core(
        "LimitRange", spec={"limits": [{"type": "Container", "max": {"cpu": "2"}}]}
    ),
    "amounts with a sign or an exponent": container(resources={"limits": {"cpu": "1.0e0"}}),
    "templates of claims": {
        **pod(containers=[{"name": "main", "image": "base:1"}]),
    },
}
ONLY_THE_SERVER_KNOWS["templates of claims"]["spec"]["volumeClaimTemplates"] = [
    {
        "metadata": {"name": "home"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
]
CUSTOM: dict[str, dict[str, Any]] = {
    "maps, sets and whole lists": {
        "byName": [{"name": "b", "port": 1}, {"name": "a", "port": 2}],
        "byDefaultedKey": [{"port": 53, "protocol": "UDP"}, {"port": 53}],
        "words": ["b", "a"],
        "plain": [{"b": 1}, {"a": None, "c": []}],
        "whole": {"b": 1, "a": {"c": "x"}},
        "numbers": {"one": 1, "half": 0.5, "big": 9007199254740993},
        "count": 3,
        "truth": False,
        "free": {"a": {"b": [1, "two", {"c": True}]}, "requests": {"cpu": "1000m"}},
        "named": {"x": {"size": 1}, "y": {"size": 2}},
    },
    "what the schema defaults": {"byDefaultedKey": [{"port": 1}], "byName": [{"name": "a"}]},
    "what may be null": {"nullable": None},
    "empty maps": {"free": {}, "named": {}, "whole": {}},
}
ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "port": {"type": "integer"}},
}
PORT = {
    "type": "object",
    "required": ["port"],
    "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}},
}
SCHEMA = {
    "byName": {
        "type": "array",
        "items": ITEM,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    },
    "byDefaultedKey": {
        "type": "array",
        "items": PORT,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "protocol"],
    },
    "words": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
    "plain": {"type": "array", "items": ANYTHING, "x-kubernetes-list-type": "atomic"},
    "whole": {**ANYTHING, "x-kubernetes-map-type": "atomic"},
    "numbers": ANYTHING,
    "count": {"type": "integer"},
    "truth": {"type": "boolean", "default": True},
    "free": ANYTHING,
    "named": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"size": {"type": "integer", "default": 7}},
        },
    },
    "nullable": {"type": "string", "nullable": True},
}


@pytest.mark.parametrize("name", EXACT)
def test_an_object_is_the_same_after_its_apply(api: Any, name: str) -> None:
    desired = api.placed(EXACT[name])
    live = api.apply(desired)
    assert compare(desired, live).differences == ()
    assert is_unchanged(api, desired)


@pytest.mark.parametrize("name", ONLY_THE_SERVER_KNOWS)
def test_what_only_the_server_knows_is_asked_for(api: Any, name: str) -> None:
    desired = api.placed(ONLY_THE_SERVER_KNOWS[name])
    live = api.apply(desired)
    assert {each.kind for each in compare(desired, live).differences} == {"changed"}
    assert is_unchanged(api, desired)
    assert our_part(live) == our_part(api.apply(desired, force=True, dry=True))


def test_finalizers_are_the_same_after_their_apply(api: Any) -> None:
    desired = api.placed(meta(finalizers=["example.com/b", "example.com/a"]))
    live = api.apply(desired)
    try:
        assert compare(desired, live).same
        assert not compare(
            {**desired, "metadata": {**desired["metadata"], "finalizers": []}}, live
        ).same
    finally:
        api.merge(desired, {"metadata": {"finalizers": None}})


@pytest.mark.parametrize("typed", [True, False])
def test_custom_objects_are_the_same_after_their_apply(
    api: Any, cluster: Cluster, typed: bool
) -> None:
    """A server that cannot read a schema takes every list for one that is owned whole."""
    fields = SCHEMA if typed else {**SCHEMA, "either": {"x-kubernetes-int-or-string": True}}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}
    with served(cluster, {"Thing": schema}) as version:
        for number, (what, spec) in enumerate(CUSTOM.items()):
            named = {"name": f"thing-{number}"}
            asked = spec if typed else loose(spec)
            desired = {"apiVersion": version, "kind": "Thing", "metadata": named, "spec": asked}
            live = api.apply(desired)
            assert (compare(desired, live).differences, what) == ((), what)
            assert is_unchanged(api, desired)


def loose(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has defaults inside of a list that is owned whole: only the server knows."""
    return {**{name: spec[name] for name in spec if name != "byDefaultedKey"}, "either": "80%"}


def test_every_bundle_of_the_sample_tree_is_the_same_after_its_apply(
    tmp_path: Path, api: Any, cluster: Cluster
) -> None:
    command = [sys.executable, "-m", "octavo", "render", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    objects = [plain(file) for file in sorted(tmp_path.rglob("*/*/*.yaml"))]
    objects = [each for each in objects if each["kind"] not in {"Kustomization", "Namespace"}]
    custom = sorted({each["kind"] for each in objects if not is_built_in(each)} - {REVISION})
    asked = []
    with served(cluster, dict.fromkeys(custom, ANYTHING)) as version:
        for each in objects:
            desired = {**each, "apiVersion": version} if each["kind"] in custom else each
            desired = api.placed(desired)
            live = api.apply(desired, force=True)
            if not compare(desired, live).same:
                asked.append((each["kind"], compare(desired, live).differences))
            assert is_unchanged(api, desired)
    assert len(objects) > 40
    assert asked == []


REVISION = "ControllerRevision"


def is_unchanged(api: Any, desired: Mapping[str, Any]) -> bool:
    """Whether applying changes nothing, asked again where a controller came between."""
    return any(
        equal_results(api.get(desired), api.apply(desired, force=True, dry=True)) for _ in range(5)
    )


@contextmanager
def served(cluster: Cluster, schemas: Mapping[str, Any]) -> Iterator[str]:
    """The apiVersion of custom kinds that are there for a while."""
    group = f"{cluster.namespace}.example"
    with installed(cluster, group, schemas):
        for kind in schemas:
            path = f"/apis/{group}/v1/namespaces/{cluster.namespace}/{kind.lower()}s"
            cluster.eventually(partial(answers, cluster, path))
        yield f"{group}/v1"


def answers(cluster: Cluster, path: str) -> bool:
    try:
        return bool(cluster.kubectl("get", "--raw", path))
    except KubectlError:
        return False


def plain(file: Path) -> Any:
    (document,) = load_all(file.read_bytes(), file.name)
    return json.loads(json.dumps(document.value))
