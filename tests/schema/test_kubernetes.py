"""What the schemas of Kubernetes let through, and what is said of what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from renderer.errors import Finding, UsageError
from renderer.schema import kubernetes
from renderer.schema.kubernetes import check_object, check_pod_template

Map = dict[str, Any]
VERSION = "1.33"
QUANTITY = "a quantity such as 500m, 2 or 4Gi"


def main(**fields: Any) -> Map:
    return {"spec": {"containers": [{"name": "main", **fields}]}}


def at(*path: str | int) -> tuple[str | int, ...]:
    return ("spec", "containers", 0, *path)


@pytest.mark.parametrize("version", kubernetes.versions())
@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(main(image="i"), id="a small pod"),
        pytest.param(main(resources={"limits": {"cpu": 4, "memory": "16Gi"}}), id="a number"),
        pytest.param(main(resources={"limits": {"nvidia.com/gpu": 1, "cpu": 0.5}}), id="a gpu"),
        pytest.param(main(command=None, resources=None), id="fields that are null"),
        pytest.param(main(livenessProbe={"httpGet": {"port": "http"}}), id="a port by name"),
        pytest.param(main(livenessProbe={"httpGet": {"port": 80}}), id="a port by number"),
        pytest.param(main(env=[{"name": "A", "value": ""}]), id="an empty value"),
        pytest.param(
            main() | {"metadata": {"labels": {"any": "thing"}, "annotations": {"a.b/c": "d"}}},
            id="any label",
        ),
        pytest.param(
            {"spec": {"containers": [], "tolerations": [{"operator": "Exists", "effect": ""}]}},
            id="an effect left empty",
        ),
        pytest.param(
            {"spec": {"containers": [], "volumes": [{"name": "v", "csi": {"driver": "d"}}]}},
            id="a volume of a driver",
        ),
    ],
)
def test_a_good_pod_passes_in_every_version(pod: Map, version: str) -> None:
    assert check_pod_template(pod, version) == []


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (
            main(imagePulPolicy="Always"),
            Finding(
                at("imagePulPolicy"),
                "spec.containers[main].imagePulPolicy: there is no such field",
                "",
                'did you mean "imagePullPolicy"?',
            ),
        ),
        (
            main(imagePullPolicy="always"),
            Finding(
                at("imagePullPolicy"),
                "spec.containers[main].imagePullPolicy has a value that is not allowed",
                "Always, IfNotPresent or Never",
                'did you mean "Always"?',
            ),
        ),
        (
            main(env=[{"name": "DEBUG", "value": True}]),
            Finding(
                at("env", 0, "value"),
                "spec.containers[main].env[DEBUG].value is true",
                "a string",
                "write it in quotes",
            ),
        ),
        (
            main(ports=[{"containerPort": "8888"}]),
            Finding(
                at("ports", 0, "containerPort"),
                "spec.containers[main].ports[0].containerPort is a string",
                "a whole number",
                "write it without quotes",
            ),
        ),
        (
            main(resources={"limits": {"memory": "4gi"}}),
            Finding(
                at("resources", "limits", "memory"),
                "spec.containers[main].resources.limits.memory is not a quantity",
                QUANTITY,
                'did you mean "4Gi"?',
            ),
        ),
        (
            main(resources={"limits": {"memory": ["4Gi"]}}),
            Finding(
                at("resources", "limits", "memory"),
                "spec.containers[main].resources.limits.memory is a list",
                QUANTITY,
            ),
        ),
        (
            main(livenessProbe={"httpGet": {"port": 8.5}}),
            Finding(
                at("livenessProbe", "httpGet", "port"),
                "spec.containers[main].livenessProbe.httpGet.port is a number",
                "a whole number or a string",
                "write it in quotes",
            ),
        ),
        (
            main(args=["a", None]),
            Finding(at("args", 1), "spec.containers[main].args[1] is empty", "a string"),
        ),
        (
            main(volumeMounts=[{"name": "v"}]),
            Finding(
                at("volumeMounts", 0), "spec.containers[main].volumeMounts[v]: mountPath is missing"
            ),
        ),
        (
            main(volumeMounts=[None]),
            Finding(
                at("volumeMounts", 0), "spec.containers[main].volumeMounts[0] is empty", "a mapping"
            ),
        ),
        (
            {"spec": {"containers": [], "volumes": [{"name": "v", "emptyDir": {"size": "1Gi"}}]}},
            Finding(
                ("spec", "volumes", 0, "emptyDir", "size"),
                "spec.volumes[v].emptyDir.size: there is no such field",
                "one of medium or sizeLimit",
                'did you mean "sizeLimit"?',
            ),
        ),
        ({"spec": {}}, Finding(("spec",), "spec: containers is missing")),
        ({"spec": []}, Finding(("spec",), "spec is a list", "a mapping")),
        (
            {"spec": {"containers": [], "nodeSelector": {1: "a"}}},
            Finding(
                ("spec", "nodeSelector", 1),
                "a key of nodeSelector is a number",
                "a string",
                "write it in quotes",
            ),
        ),
    ],
)
def test_one_fault_is_one_finding(pod: Map, expected: Finding) -> None:
    assert check_pod_template(pod, VERSION) == [expected]


def test_every_fault_is_found() -> None:
    pod = main(imag="i", imagePulPolicy="Always", tty="yes")
    assert [finding.path for finding in check_pod_template(pod, VERSION)] == [
        at("tty"),
        at("imag"),
        at("imagePulPolicy"),
    ]


@pytest.mark.parametrize(
    "quantity", ["4", "500m", "1.5", ".5", "2Gi", "1e3", "1E3", "1E", "+1", "100k", "5n", "3u"]
)
def test_a_quantity(quantity: str) -> None:
    assert check_pod_template(main(resources={"requests": {"cpu": quantity}}), VERSION) == []


@pytest.mark.parametrize(
    "text", ["", "4Gb", "4 Gi", "1K", "ten", "1ki", "1e", "Gi", "1.2.3", "4\n"]
)
def test_no_quantity(text: str) -> None:
    findings = check_pod_template(main(resources={"requests": {"cpu": text}}), VERSION)
    assert [finding.expected for finding in findings] == [QUANTITY]


def test_values_are_never_shown() -> None:
    secret = "hunter2"  # noqa: S105
    pod = main(
        env=[{"name": "A", "value": [secret]}, {"name": "B", "valueFrom": secret}],
        imagePullPolicy=secret,
        resources={"limits": {"cpu": secret}},
        tty=secret,
    )
    findings = check_pod_template(pod, VERSION)
    assert len(findings) == 5
    assert secret not in repr(findings)


def test_a_field_of_a_later_version_is_said_to_be_one() -> None:
    volume = {"name": "v", "image": {"reference": "r"}}
    pod = {"spec": {"containers": [], "volumes": [volume]}}
    (finding,) = check_pod_template(pod, "1.30")
    assert finding.hint == "there is one from Kubernetes 1.31 on; the pod is checked for 1.30"
    assert check_pod_template(pod, "1.31") == []


def test_a_field_of_an_earlier_version_is_just_unknown() -> None:
    pod = {"spec": {"containers": [], "resourceClaims": [{"name": "c", "source": {}}]}}
    assert check_pod_template(pod, "1.30") == []
    (finding,) = check_pod_template(pod, "1.31")
    assert finding.message == "spec.resourceClaims[c].source: there is no such field"
    assert finding.hint == ""


def test_an_object_is_checked_by_its_kind() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"prots": []}}
    assert [finding.message for finding in check_object(service, VERSION)] == [
        "spec.prots: there is no such field"
    ]


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("apps/v1", "ControllerRevision"),
        ("apps/v1", "StatefulSet"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("v1", "ConfigMap"),
        ("v1", "LimitRange"),
        ("v1", "Namespace"),
        ("v1", "PersistentVolumeClaim"),
        ("v1", "ResourceQuota"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("v1", "ServiceAccount"),
    ],
)
def test_the_kinds_of_a_bundle_are_known(api_version: str, kind: str) -> None:
    obj = {"apiVersion": api_version, "kind": kind, "unheard": 1}
    assert ("unheard",) in [finding.path for finding in check_object(obj, VERSION)]


def test_a_revision_holds_any_data() -> None:
    revision = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "revision": 1,
        "data": {"any": [{"thing": None}]},
    }
    assert check_object(revision, VERSION) == []


@pytest.mark.parametrize("obj", [{"apiVersion": "example.com/v1", "kind": "Unheard", "a": 1}, {}])
def test_of_other_kinds_nothing_is_said(obj: Map) -> None:
    assert check_object(obj, VERSION) == []


@pytest.mark.parametrize("version", ["1.30", "v1.30", "1.30.4", "v1.30.4-gke.1"])
def test_a_version_may_be_written_whole(version: str) -> None:
    assert kubernetes.minor_version(version) == "1.30"


def test_without_a_version_the_newest_one_counts() -> None:
    assert kubernetes.minor_version("") == kubernetes.default_version() == kubernetes.versions()[-1]


@pytest.mark.parametrize("version", ["1.9", "2.0", "latest"])
def test_an_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(UsageError, match=f"there is no schema of Kubernetes {version}, only of 1"):
        check_pod_template({}, version)


@pytest.mark.parametrize("version", kubernetes.versions())
def test_every_type_with_fields_refuses_unknown_ones(version: str) -> None:
    open_types = [
        name
        for name, schema in kubernetes.definitions(version).items()
        if "properties" in schema and schema.get("additionalProperties") is not False
    ]
    assert open_types == []
    assert "PodSpec" in kubernetes.definitions(version)


@pytest.mark.parametrize("version", kubernetes.versions())
def test_every_reference_leads_somewhere(version: str) -> None:
    known = kubernetes.definitions(version)
    text = json.dumps(known)
    referred = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert referred <= known.keys()
    assert referred
