"""Trees as each release writes them, by its own schema: the same, and every change is seen."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from sync.fields import compare

SCHEMAS = pytest.importorskip("kubernetes_validate", reason="the schemas are read from its files")
RELEASES = ("1.30.0", "1.32.0", "1.34.0", "1.35.0", "1.36.0", "1.37.0")
LABELS = {"app": "main"}
META = {
    "name": "nb",
    "labels": LABELS,
    "annotations": {"note": "1"},
    "ownerReferences": [{"apiVersion": "a/v1", "kind": "Notebook", "name": "nb", "uid": "u"}],
}
FIELD = {"apiVersion": "v1", "fieldPath": "metadata.name"}
MAIN = {
    "name": "main",
    "image": "base:1",
    "args": ["--port", "80"],
    "env": [
        {"name": "B", "value": "2"},
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "C", "valueFrom": {"fieldRef": FIELD}},
    ],
    "envFrom": [{"configMapRef": {"name": "c"}}],
    "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
    "ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}],
    "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}, "claims": [{"name": "gpu"}]},
    "securityContext": {"capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "Localhost"}},
    "volumeMounts": [{"name": "home", "mountPath": "/home"}],
}
POD = {
    "containers": [MAIN, {"name": "side", "image": "side:1"}],
    "imagePullSecrets": [{"name": "pull"}],
    "nodeSelector": {"disk": "ssd"},
    "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}],
    "securityContext": {"fsGroup": 100, "sysctls": [{"name": "a", "value": "b"}]},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    ],
    "volumes": [
        {"name": "home", "persistentVolumeClaim": {"claimName": "home"}},
        {"name": "shm", "emptyDir": {"medium": "Memory"}},
        {"name": "all", "projected": {"sources": [{"secret": {"name": "s"}}]}},
    ],
}


def thing(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": META, **fields}


TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
OBJECTS = {
    "StatefulSet": thing(
        "apps/v1",
        "StatefulSet",
        spec={
            "serviceName": "nb",
            "selector": {"matchLabels": LABELS},
            "template": TEMPLATE,
            "updateStrategy": ROLLING,
        },
    ),
    "Service": thing(
        "v1",
        "Service",
        spec={"selector": LABELS, "ports": [{"name": "h", "port": 80, "protocol": "TCP"}]},
    ),
    "NetworkPolicy": thing(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={"podSelector": {"matchLabels": LABELS}, "policyTypes": ["Ingress"]},
    ),
    "PersistentVolumeClaim": thing(
        "v1",
        "PersistentVolumeClaim",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    ),
    "RoleBinding": thing(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "nb"},
        subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "b"}],
    ),
    "ControllerRevision": thing(
        "apps/v1", "ControllerRevision", revision=1, data={"spec": {"a": [1]}}
    ),
    "Secret": thing("v1", "Secret", type="Opaque", data={"a": "YQ=="}),
    "ServiceAccount": thing("v1", "ServiceAccount", imagePullSecrets=[{"name": "pull"}]),
}


@lru_cache
def schemas(release: str) -> Mapping[str, Any]:
    folder = Path(SCHEMAS.__file__).parent / "kubernetes-json-schema" / f"v{release}-local"
    found: Mapping[str, Any] = json.loads((folder / "_definitions.json").read_text())["$defs"]
    return found


def schema_of(release: str, obj: Mapping[str, Any]) -> Mapping[str, Any]:
    group, _, version = obj["apiVersion"].rpartition("/")
    wanted = {"group": group, "version": version, "kind": obj["kind"]}
    found = schemas(release).values()
    return next(each for each in found if wanted in each.get("x-kubernetes-group-version-kind", ()))


def resolved(release: str, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema with what it refers to, and whether it is a structure of a name."""
    nodes = [schema, *schema.get("allOf", ())]
    named = next((each["$ref"] for each in nodes if "$ref" in each), "").rpartition("/")[2]
    return ({**schemas(release)[named], **schema}, True) if named else (schema, False)


def tree(release: str, schema: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """What the server notes down for an applied value."""
    known, named = resolved(release, schema)
    if isinstance(value, dict):
        fields, rest = known.get("properties") or {}, known.get("additionalProperties")
        granular = fields or (not named and isinstance(rest, dict))
        if known.get("x-kubernetes-map-type") == "atomic" or not granular:
            return {}
        return {
            f"f:{name}": tree(release, fields.get(name) or rest or {}, each)
            for name, each in value.items()
        }
    if isinstance(value, list) and known.get("x-kubernetes-list-type") == "map":
        return dict(items(release, known, value))
    if isinstance(value, list) and known.get("x-kubernetes-list-type") == "set":
        return {f"v:{json.dumps(each)}": {} for each in value}
    return {}


def items(
    release: str, known: Mapping[str, Any], value: list[Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in value:
        names = known["x-kubernetes-list-map-keys"]
        keys = {name: each.get(name, "TCP") for name in sorted(names)}
        inside = tree(release, known["items"], each)
        yield (
            "k:" + json.dumps(keys, separators=(",", ":")),
            {".": {}, **inside} if inside else {},
        )


def applied(release: str, obj: Mapping[str, Any], **defaults: Any) -> dict[str, Any]:
    """The object as that release has it after it was applied."""
    body = {name: each for name, each in obj.items() if name not in {"apiVersion", "kind"}}
    body["metadata"] = {name: each for name, each in META.items() if name != "name"}
    entry = {
        "manager": "octavo",
        "operation": "Apply",
        "apiVersion": obj["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": tree(release, schema_of(release, obj), body),
    }
    live = copy.deepcopy(dict(obj)) | defaults
    return {**live, "metadata": {**live["metadata"], "managedFields": [entry]}}


def changes(value: Any) -> Iterator[Any]:
    """The value with one leaf changed, for each of its leaves; lists also in another order."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from ({**value, name: other} for other in changes(each))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in changes(each))
        if len(value) > 1:
            yield value[::-1]
    else:
        yield "changed" if isinstance(value, str) else value + 1


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize("release", RELEASES)
def test_what_was_applied_is_the_same(release: str, kind: str) -> None:
    assert compare(OBJECTS[kind], applied(release, OBJECTS[kind])).differences == ()


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize("release", RELEASES)
def test_every_leaf_and_every_order_counts(release: str, kind: str) -> None:
    live = applied(release, OBJECTS[kind])
    asked = [each for each in changes(OBJECTS[kind]) if each["kind"] == kind]
    assert asked
    assert [each for each in asked if compare(each, live).same] == []


def test_ports_without_a_protocol_are_put_in_the_order_that_is_asked_for() -> None:
    names = [{"containerPort": 80}, {"containerPort": 443}]
    said = [{**each, "protocol": "TCP"} for each in names]
    made = [workload(ports) for ports in (names, names[::-1], said)]
    live = applied("1.37.0", made[2])
    assert without_protocols(live)
    assert compare(made[0], live).differences == ()
    assert [each.path for each in compare(made[1], live).differences] == [
        '.spec.template.spec.containers[name="main"].ports'
    ]


def workload(ports: list[Any]) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": "base:1", "ports": ports}]}
    spec = {"template": {"metadata": {"labels": LABELS}, "spec": pod}}
    return thing("apps/v1", "StatefulSet", spec=spec)


def without_protocols(live: Mapping[str, Any]) -> bool:
    """Forget that the protocols were sent, as if they were the server's."""
    (entry,) = live["metadata"]["managedFields"]
    pod = entry["fieldsV1"]["f:spec"]["f:template"]["f:spec"]
    ports = pod["f:containers"]['k:{"name":"main"}']["f:ports"]
    return all(each.pop("f:protocol") == {} for each in ports.values())


def test_a_default_beside_what_is_ours_is_no_difference() -> None:
    asked = OBJECTS["StatefulSet"]
    live = applied("1.35.0", asked)
    live["spec"] |= {
        "updateStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"partition": 0, "maxUnavailable": 1},
        },
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
    }
    assert compare(asked, live).differences == ()


def test_who_scales_owns_the_replicas_by_the_subresource() -> None:
    stopped = {**OBJECTS["StatefulSet"], "spec": {**OBJECTS["StatefulSet"]["spec"], "replicas": 0}}
    live = applied("1.37.0", stopped)
    (ours,) = live["metadata"]["managedFields"]
    del ours["fieldsV1"]["f:spec"]["f:replicas"]
    live["metadata"]["managedFields"].append({
        "manager": "kubectl",
        "operation": "Update",
        "subresource": "scale",
        "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    })
    live["spec"]["replicas"] = 1
    (found,) = compare(stopped, live).differences
    (manager,) = found.managers
    assert (found.path, found.kind) == (".spec.replicas", "changed")
    assert (manager.name, manager.operation, manager.subresource) == ("kubectl", "Update", "scale")
