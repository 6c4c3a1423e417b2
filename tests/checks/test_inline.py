"""How far a Notebook's own pod fragment may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from renderer.checks import podsecurity
from renderer.checks.inline import check_bounded_override
from renderer.model.catalog import PodSecurity

Json = Mapping[str, Any]
SCRATCH = {"name": "scratch", "emptyDir": {}}


def spec(**fields: Any) -> Json:
    return {"spec": fields}


def main(**fields: Any) -> Json:
    return spec(containers=[{"name": "main"} | fields], volumes=[SCRATCH])


EVERYTHING_ALLOWED = {
    "metadata": {
        "labels": {"team": "a", "example.com/cost-center": "7"},
        "annotations": {"example.com/note": "x", "notistio.io/a": "b"},
    },
    "spec": {
        "nodeSelector": {"kubernetes.io/arch": "arm64"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "containers": [
            {
                "name": "main",
                "args": ["--verbose"],
                "command": ["start"],
                "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                "ports": [{"name": "ui", "containerPort": 4040, "protocol": "TCP"}],
                "resources": {"limits": {"cpu": 1}, "requests": {"cpu": 1}},
                "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
                "workingDir": "/scratch",
            }
        ],
        "volumes": [
            SCRATCH,
            {"name": "a", "configMap": {"name": "a"}},
            {"name": "b", "secret": {"secretName": "b"}},
            {"name": "c", "persistentVolumeClaim": {"claimName": "c"}},
            {"name": "d", "projected": {"sources": []}},
            {"name": "e", "ephemeral": {"volumeClaimTemplate": {}}},
        ],
    },
}


def test_what_only_concerns_the_notebook_is_allowed() -> None:
    assert check_bounded_override(EVERYTHING_ALLOWED) == []
    assert podsecurity.check(EVERYTHING_ALLOWED, PodSecurity.BASELINE) == []


@pytest.mark.parametrize(
    ("fragment", "path", "message"),
    [
        (spec(hostNetwork=True), "spec.hostNetwork", "a Notebook may not set hostNetwork"),
        (
            spec(securityContext={"runAsUser": 0}),
            "spec.securityContext",
            "a Notebook may not set securityContext",
        ),
        (
            spec(serviceAccountName="admin"),
            "spec.serviceAccountName",
            "a Notebook may not set serviceAccountName",
        ),
        (
            spec(initContainers=[{"name": "a", "image": "i"}]),
            "spec.initContainers",
            "a Notebook may not set initContainers",
        ),
        (
            {"metadata": {"name": "x"}},
            "metadata.name",
            "a Notebook may not set name",
        ),
        ({"status": {}}, "status", "a Notebook may not set status"),
        (
            main(securityContext={"privileged": True}),
            "spec.containers.0.securityContext",
            "a Notebook may not set securityContext",
        ),
        (main(image="mine"), "spec.containers.0.image", "a Notebook may not set image"),
        (
            main(ports=[{"containerPort": 1, "hostPort": 1}]),
            "spec.containers.0.ports.0.hostPort",
            "a Notebook may not set hostPort",
        ),
        (
            main(resources={"claims": []}),
            "spec.containers.0.resources.claims",
            "a Notebook may not set claims",
        ),
        (
            spec(containers=[{"name": "auth-proxy", "args": ["--skip-auth"]}]),
            "spec.containers.0.name",
            'a Notebook may not change the container "auth-proxy"',
        ),
        (
            main(volumeMounts=[{"name": "host", "mountPath": "/host", "readOnly": False}]),
            "spec.containers.0.volumeMounts.0.name",
            'a Notebook may not mount the volume "host", which is not its own',
        ),
        (
            spec(volumes=[{"name": "a"}]),
            "spec.volumes.0",
            'the volume "a" brings no source of its own',
        ),
        (
            {"metadata": {"labels": {"sidecar.istio.io/inject": "false"}}},
            "metadata.labels.sidecar.istio.io/inject",
            'a Notebook may not set the label "sidecar.istio.io/inject"',
        ),
        (
            {"metadata": {"annotations": {"linkerd.io/inject": "disabled"}}},
            "metadata.annotations.linkerd.io/inject",
            'a Notebook may not set the annotation "linkerd.io/inject"',
        ),
        (
            {"metadata": {"labels": {"controller-revision-hash": "x"}}},
            "metadata.labels.controller-revision-hash",
            'a Notebook may not set the label "controller-revision-hash"',
        ),
        (
            spec(nodeSelector=None),
            "spec.nodeSelector",
            "a Notebook may not take away what its Template sets",
        ),
        (
            main(resources={"limits": {"cpu": None}}),
            "spec.containers.0.resources.limits.cpu",
            "a Notebook may not take away what its Template sets",
        ),
        (
            spec(containers=[{"name": "main", "$patch": "replace"}]),
            "spec.containers.0.$patch",
            'a Notebook may not use "$patch"',
        ),
        (
            main(env=[{"name": "A", "$patch": "delete"}]),
            "spec.containers.0.env.0.$patch",
            'a Notebook may not use "$patch"',
        ),
        (
            spec(**{"$setElementOrder/containers": [{"name": "main"}]}),
            "spec.$setElementOrder/containers",
            'a Notebook may not use "$setElementOrder/containers"',
        ),
    ],
)
def test_what_concerns_others_is_refused(fragment: Json, path: str, message: str) -> None:
    found = [
        (".".join(map(str, one.path)), one.message) for one in check_bounded_override(fragment)
    ]
    assert found == [(path, message)]


@pytest.mark.parametrize("source", ["hostPath", "nfs", "csi", "flexVolume", "image"])
def test_a_volume_of_another_kind_is_refused(source: str) -> None:
    found = check_bounded_override(spec(volumes=[{"name": "a", source: {}}]))
    assert [one.path for one in found] == [
        ("spec", "volumes", 0, source),
        ("spec", "volumes", 0),
    ]


def test_a_refusal_says_what_is_allowed_and_where_the_rest_belongs() -> None:
    (finding,) = check_bounded_override(spec(hostPID=True))
    assert finding.expected == "affinity, containers, nodeSelector, tolerations or volumes"
    assert finding.hint == "what else the pod needs belongs in the Template, or in a PodDefault"


def test_a_misspelt_field_is_guessed() -> None:
    (finding,) = check_bounded_override(spec(toleration=[]))
    assert finding.hint == 'did you mean "tolerations"?'


@pytest.mark.parametrize(
    "domain",
    ["istio.io", "jackhoman.dev", "k8s.io", "kubernetes.io", "linkerd.io", "sidecar.istio.io"],
)
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_labels_that_switch_the_cluster_are_refused(domain: str, field: str) -> None:
    (finding,) = check_bounded_override({"metadata": {field: {f"{domain}/a": "b", "istio.io": ""}}})
    assert finding.path == ("metadata", field, f"{domain}/a")
