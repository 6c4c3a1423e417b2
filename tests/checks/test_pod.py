"""Composed pods that the schema lets through, and that would not do what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.checks import podsecurity
from renderer.checks.metadata import check_own_labels
from renderer.checks.pod import check_pod
from renderer.errors import Severity
from renderer.model.catalog import PodSecurity

Json = Mapping[str, Any]
PORTS = [{"containerPort": 8888}]
DATA = {"name": "data", "emptyDir": {}}
MOUNT = {"name": "data", "mountPath": "/data"}


def container(name: str = "main", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "i"} | fields


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": [container(ports=PORTS)]} | spec}


def main(**fields: Any) -> Json:
    return pod(containers=[container(**({"ports": PORTS} | fields))])


def beside(name: str = "side", **fields: Any) -> Json:
    return pod(containers=[container(ports=PORTS), container(name, **fields)])


def resources(requests: Json, limits: Json) -> Json:
    return main(resources={"requests": requests, "limits": limits})


def labels(**metadata: Any) -> Json:
    return {"metadata": metadata} | pod()


def mounts(*where: Json) -> Json:
    return pod(containers=[container(ports=PORTS, volumeMounts=list(where))], volumes=[DATA])


SOUND = {
    "one container": pod(),
    "an init container and a sidecar": pod(
        initContainers=[container("a"), container("b", restartPolicy="Always")]
    ),
    "one number with two protocols": main(
        ports=[{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"}]
    ),
    "a host port of 0, which is none": main(ports=[{"containerPort": 65535, "hostPort": 0}]),
    "an init container with the port of the notebook": pod(
        initContainers=[container("a", ports=PORTS)]
    ),
    "a volume mounted twice": mounts(MOUNT, MOUNT | {"mountPath": "/other", "subPath": "a..b"}),
    "a volume that only an init container mounts": pod(
        initContainers=[container("a", volumeMounts=[MOUNT])], volumes=[DATA]
    ),
    "a block device": pod(
        containers=[
            container(ports=PORTS, volumeDevices=[{"name": "data", "devicePath": "/dev/x"}])
        ],
        volumes=[DATA],
    ),
    "a request below the limit": resources({"cpu": "1500m"}, {"cpu": 2}),
    "whole GPUs": resources({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": "1"}),
    "GPUs beside what is shared": resources(
        {"cpu": 0, "nvidia.com/gpu": 1}, {"cpu": 2, "memory": 0, "nvidia.com/gpu": 1}
    ),
    "ports without a number, which the schema refuses": main(ports=[{"name": "a"}, {"name": "b"}]),
    "Octavo's own labels": labels(labels={"jackhoman.dev/notebook": "x"}),
    "scratch space": resources({"ephemeral-storage": "1Gi"}, {}),
    "a limit of GPUs alone": resources({}, {"nvidia.com/gpu": 1, "hugepages-2Mi": "4Mi"}),
    "a value, and a value from elsewhere": main(
        env=[{"name": "A", "value": "x"}, {"name": "B", "valueFrom": {}, "value": ""}]
    ),
    "labels and annotations": labels(
        labels={"app": "x", "example.com/team": ""}, annotations={"Example.com/a": "b c"}
    ),
    "what a StatefulSet does anyway": pod(
        restartPolicy="Always", terminationGracePeriodSeconds=30, serviceAccountName="a.b"
    ),
    "as many annotations as fit": labels(annotations={"a": "x" * 262143}),
    "an hour of grace": pod(terminationGracePeriodSeconds=3600),
    "a node selector": pod(nodeSelector={"kubernetes.io/arch": "arm64"}),
}


@pytest.mark.parametrize("subject", SOUND.values(), ids=SOUND.keys())
def test_nothing_is_said_of(subject: Json) -> None:
    assert check_pod(subject, "main") == []


ERRORS: list[tuple[Json, str, str]] = [
    ({"spec": {}}, "containers", "the pod has no containers"),
    (pod(containers=[container("other")]), "containers", 'the pod has no container "main"'),
    (beside("main"), "containers.1.name", 'two containers are named "main"'),
    (
        pod(initContainers=[container("main")]),
        "initContainers.0.name",
        'two containers are named "main"',
    ),
    (beside("Side"), "containers.1.name", '"Side" cannot be the name of a container'),
    (beside(image=""), "containers.1", 'the container "side" has no image'),
    (
        mounts(MOUNT, MOUNT | {"mountPath": "/data/"}),
        "containers.0.volumeMounts.1.mountPath",
        'two volumes are mounted at /data in the container "main"',
    ),
    (
        mounts(MOUNT | {"mountPath": "/"}, MOUNT | {"mountPath": "//"}),
        "containers.0.volumeMounts.1.mountPath",
        'two volumes are mounted at / in the container "main"',
    ),
    (beside("", image=""), "containers.1", "a container without a name has no image"),
    (
        mounts(MOUNT, {"name": "date", "mountPath": "/x"}),
        "containers.0.volumeMounts.1.name",
        'the container "main" mounts the volume "date", which the pod does not have',
    ),
    (
        mounts(MOUNT | {"subPath": "../x"}),
        "containers.0.volumeMounts.0.subPath",
        "a subPath stays inside its volume",
    ),
    (
        mounts(MOUNT | {"subPath": "/x"}),
        "containers.0.volumeMounts.0.subPath",
        "a subPath stays inside its volume",
    ),
    (
        pod(
            containers=[
                container(
                    ports=PORTS,
                    volumeDevices=[
                        {"name": "data", "devicePath": "/dev/x"},
                        {"name": "data", "devicePath": "/dev/x"},
                    ],
                )
            ],
            volumes=[DATA],
        ),
        "containers.0.volumeDevices.1.devicePath",
        'two volumes are mounted at /dev/x in the container "main"',
    ),
    (
        mounts(MOUNT | {"mountPath": "/x:y"}),
        "containers.0.volumeMounts.0.mountPath",
        "a mountPath has no colon in it",
    ),
    (
        pod(containers=[container(ports=PORTS, volumeMounts=[MOUNT])], volumes=[DATA, DATA]),
        "volumes.1.name",
        'two volumes are named "data"',
    ),
    (
        pod(
            containers=[container(ports=PORTS, volumeMounts=[MOUNT])],
            volumes=[DATA | {"secret": {}}],
        ),
        "volumes.0",
        'the volume "data" has 2 sources: emptyDir, secret',
    ),
    (
        pod(
            containers=[container(ports=PORTS, volumeMounts=[MOUNT])],
            volumes=[DATA | {"emptyDir": {"sizeLimit": "2GB"}}],
        ),
        "volumes.0.emptyDir.sizeLimit",
        "this is no quantity",
    ),
    (
        main(ports=[{"containerPort": 1}, {"containerPort": 1, "protocol": "TCP"}]),
        "containers.0.ports.1.containerPort",
        'the port 1 of the container "main" is taken',
    ),
    (
        beside(ports=PORTS),
        "containers.1.ports.0.containerPort",
        'the port 8888 of the container "side" is taken',
    ),
    (
        pod(initContainers=[container("a", restartPolicy="Always", ports=PORTS)]),
        "initContainers.0.ports.0.containerPort",
        'the port 8888 of the container "a" is taken',
    ),
    (
        main(ports=[{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]),
        "containers.0.ports.1.name",
        'the port name "a" of the container "main" is taken',
    ),
    (
        main(ports=[{"containerPort": 1, "name": "Web UI"}]),
        "containers.0.ports.0.name",
        '"Web UI" cannot be the name of a port',
    ),
    (main(ports=[{"containerPort": 0}]), "containers.0.ports.0.containerPort", "0 is no port"),
    (
        main(ports=[{"containerPort": 1, "hostPort": 65536}]),
        "containers.0.ports.0.hostPort",
        "65536 is no port",
    ),
    (
        main(env=[{"name": "A=B", "value": ""}]),
        "containers.0.env.0.name",
        "this cannot be the name of a variable",
    ),
    (
        main(env=[{"name": "A", "value": "hush", "valueFrom": {}}]),
        "containers.0.env.0",
        'the variable "A" of the container "main" has both value and valueFrom',
    ),
    (
        resources({"cpu": "2001m"}, {"cpu": 2}),
        "containers.0.resources.requests.cpu",
        'the container "main" requests 2001m of cpu, and its limit is 2',
    ),
    (
        pod(resources={"requests": {"memory": "1Gi"}, "limits": {"memory": "1G"}}),
        "resources.requests.memory",
        "the pod requests 1Gi of memory, and its limit is 1G",
    ),
    (
        resources({}, {"memory": "16GB"}),
        "containers.0.resources.limits.memory",
        'this is no amount of "memory"',
    ),
    (
        resources({"memory": -1}, {}),
        "containers.0.resources.requests.memory",
        'this is no amount of "memory"',
    ),
    (
        resources({}, {"memroy": "1Gi"}),
        "containers.0.resources.limits.memroy",
        'Kubernetes knows no resource "memroy"',
    ),
    (
        resources({}, {"nvidia.com/gpu": "500m"}),
        "containers.0.resources.limits.nvidia.com/gpu",
        "nvidia.com/gpu is counted in whole numbers",
    ),
    (
        resources({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": 2}),
        "containers.0.resources.requests.nvidia.com/gpu",
        "nvidia.com/gpu is not shared: what is requested of it is its limit",
    ),
    (
        resources({}, {"nvidia.com/gpu": "many"}),
        "containers.0.resources.limits.nvidia.com/gpu",
        'this is no amount of "nvidia.com/gpu"',
    ),
    (
        pod(
            containers=[container(ports=PORTS, volumeMounts=[MOUNT | {"name": "a.b"}])],
            volumes=[DATA | {"name": "a.b"}],
        ),
        "volumes.0.name",
        '"a.b" cannot be the name of a volume',
    ),
    (
        resources({"nvidia.com/gpu": 1}, {}),
        "containers.0.resources.requests.nvidia.com/gpu",
        "nvidia.com/gpu is not shared: what is requested of it is its limit",
    ),
    (
        labels(labels={"a b": "x"}),
        "metadata.labels.a b",
        '"a b" cannot be a label',
    ),
    (
        labels(labels={"a": "alice@example.com"}),
        "metadata.labels.a",
        'the value of the label "a" is not valid',
    ),
    (
        labels(labels={"a": "x" * 64}),
        "metadata.labels.a",
        'the value of the label "a" is not valid',
    ),
    (
        labels(annotations={"a/b/c": ""}),
        "metadata.annotations.a/b/c",
        '"a/b/c" cannot be an annotation',
    ),
    (
        labels(annotations={"a": "x" * 262144}),
        "metadata.annotations",
        "the annotations hold 262145 bytes",
    ),
    *(
        (
            labels(labels={key: "x"}),
            f"metadata.labels.{key}",
            f'the label "{key}" is the StatefulSet controller\'s to set',
        )
        for key in (
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "controller-revision-hash",
        )
    ),
    (
        pod(nodeSelector={"a": "b c"}),
        "nodeSelector.a",
        'the value of the label "a" is not valid',
    ),
    (pod(restartPolicy="Never"), "restartPolicy", "a StatefulSet restarts its pods always"),
    (
        pod(activeDeadlineSeconds=1),
        "activeDeadlineSeconds",
        "activeDeadlineSeconds has no place in a notebook: its pods do not end",
    ),
    (
        pod(ephemeralContainers=[container("debug")]),
        "ephemeralContainers",
        (
            "ephemeralContainers has no place in a notebook:"
            " they are added to running pods, by kubectl debug"
        ),
    ),
    (
        pod(terminationGracePeriodSeconds=-1),
        "terminationGracePeriodSeconds",
        "a grace period cannot be negative",
    ),
    (
        pod(serviceAccountName="Default Account"),
        "serviceAccountName",
        '"Default Account" cannot be the name of a ServiceAccount',
    ),
]
WARNINGS: list[tuple[Json, str, str]] = [
    (
        pod(containers=[container()]),
        "containers.0",
        'the container "main" has no ports: nothing can reach the notebook',
    ),
    (
        main(env=[{"name": "A", "value": "x"}, {"name": "A", "value": "y"}]),
        "containers.0.env.1.name",
        'the variable "A" is set twice in the container "main": this one wins',
    ),
    (
        main(env=[{"name": "1 A", "value": ""}]),
        "containers.0.env.0.name",
        'Kubernetes before 1.32 refuses the name of the variable "1 A"',
    ),
    (pod(volumes=[DATA]), "volumes.0", 'no container mounts the volume "data"'),
    (
        pod(
            containers=[container(ports=PORTS, volumeMounts=[MOUNT])],
            volumes=[DATA, DATA | {"name": "old"}],
        ),
        "volumes.1",
        'no container mounts the volume "old"',
    ),
    (
        pod(containers=[container(ports=PORTS, volumeMounts=[MOUNT])], volumes=[{"name": "data"}]),
        "volumes.0",
        'the volume "data" has no source: Kubernetes makes it an emptyDir',
    ),
    (
        pod(hostname="a"),
        "hostname",
        "hostname has no place in a notebook: a StatefulSet names its pods itself",
    ),
    (
        pod(subdomain="a"),
        "subdomain",
        "subdomain has no place in a notebook: a StatefulSet names its pods itself",
    ),
    (
        pod(terminationGracePeriodSeconds=0),
        "terminationGracePeriodSeconds",
        "without a grace period the notebook is killed before it can save",
    ),
    (
        pod(terminationGracePeriodSeconds=3601),
        "terminationGracePeriodSeconds",
        "a grace period of more than an hour holds up whoever drains the node",
    ),
]
CASES = [(*case, Severity.ERROR) for case in ERRORS] + [
    (*case, Severity.WARNING) for case in WARNINGS
]


@pytest.mark.parametrize(("subject", "path", "message", "severity"), CASES)
def test_one_thing_is_wrong(subject: Json, path: str, message: str, severity: Severity) -> None:
    found = [
        (".".join(map(str, one.path)).removeprefix("spec."), one.message, one.severity)
        for one in check_pod(subject, "main")
    ]
    assert found == [(path, message, severity)]


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        (beside("mian", image=""), 'did you mean "main"?'),
        (mounts(MOUNT, {"name": "date", "mountPath": "/x"}), 'did you mean "data"?'),
        (resources({}, {"memroy": "1Gi"}), 'did you mean "memory"?'),
        (beside(ports=PORTS), 'the container "main" of the same pod has it'),
        (
            pod(
                containers=[
                    container(ports=[{"containerPort": 1, "name": "a"}]),
                    container("side", ports=[{"containerPort": 2, "name": "a"}]),
                ]
            ),
            'the container "main" of the same pod has it',
        ),
        (beside("main"), "the other is number 0 of containers"),
        (mounts(MOUNT, MOUNT), "the other is number 0"),
        (
            pod(containers=[container(ports=PORTS, volumeMounts=[MOUNT])], volumes=[DATA, DATA]),
            "the other is number 0",
        ),
    ],
)
def test_a_hint_says_what_was_meant_or_where_the_other_is(subject: Json, hint: str) -> None:
    assert [one.hint for one in check_pod(subject, "main")] == [hint]


def test_a_fragment_may_not_set_labels_of_octavo() -> None:
    fragment = {"metadata": {"labels": {"jackhoman.dev/owner": "x", "example.com/owner": "y"}}}
    (finding,) = check_own_labels(fragment)
    assert finding.path == ("metadata", "labels", "jackhoman.dev/owner")
    assert finding.message == 'the label "jackhoman.dev/owner" is Octavo\'s own to set'


def test_values_of_variables_are_never_said() -> None:
    secret = {"name": "A", "value": "hush", "valueFrom": {}}
    assert "hush" not in str(check_pod(main(env=[secret, secret, {"name": "=", **secret}]), "main"))


def test_all_problems_are_said_at_once() -> None:
    subject = main(ports=[{"containerPort": 0, "name": "A"}], env=[{"name": "="}], image="")
    assert len(check_pod(subject, "main")) == 4


FIELDS = [
    *("metadata", "labels", "annotations", "spec", "containers", "initContainers", "volumes"),
    *("name", "image", "ports", "containerPort", "protocol", "env", "value", "valueFrom"),
    *("volumeMounts", "mountPath", "subPath", "resources", "requests", "limits", "cpu"),
    *("securityContext", "capabilities", "add", "drop", "seLinuxOptions", "type", "procMount"),
    *("sysctls", "livenessProbe", "lifecycle", "httpGet", "host", "emptyDir", "nodeSelector"),
    *("seccompProfile", "windowsOptions", "hostUsers", "terminationGracePeriodSeconds"),
]
ANY_SHAPE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["main", "A b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
    ),
    max_leaves=30,
)
CONTAINERS = st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY_SHAPE, max_size=8) | ANY_SHAPE)
ODD_PODS = st.fixed_dictionaries(
    {},
    optional={
        "metadata": ANY_SHAPE,
        "spec": st.dictionaries(st.sampled_from(FIELDS), ANY_SHAPE).flatmap(
            lambda spec: st.builds(lambda found: spec | {"containers": found}, CONTAINERS)
        )
        | ANY_SHAPE,
    },
)


@given(ODD_PODS, st.sampled_from(PodSecurity))
@settings(max_examples=300, deadline=None)
def test_a_pod_of_any_shape_is_left_to_the_schema(subject: Json, level: PodSecurity) -> None:
    before = repr(subject)
    findings = check_pod(subject, "main") + podsecurity.check(subject, level)
    assert all(one.message for one in findings)
    assert repr(subject) == before


PROBED = {
    "by name": ({"httpGet": {"path": "/", "port": "http"}}, []),
    "by number": ({"httpGet": {"path": "/", "port": 1234}}, []),
    "by a name that is none": ({"tcpSocket": {"port": "htttp"}}, ['did you mean "http"?']),
    "of a command": ({"exec": {"command": ["true"]}}, []),
}


@pytest.mark.parametrize(("probe", "hints"), PROBED.values(), ids=list(PROBED))
def test_a_probe_asks_for_a_port_that_there_is(probe: dict[str, Any], hints: list[str]) -> None:
    container = {
        "name": "main",
        "image": "i",
        "ports": [{"name": "http", "containerPort": 8888}],
        "readinessProbe": probe,
    }
    found = check_pod({"spec": {"containers": [container]}}, "main")
    assert [finding.hint for finding in found] == hints
