"""Why a notebook does not start is said in words, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from sync import words

STATEFUL_SET = {"kind": "StatefulSet", "metadata": {"name": "nb"}, "spec": {}}
READY = {"type": "Ready", "status": "True"}
CLAIM = {"metadata": {"name": "nb-home"}, "spec": {"storageClassName": "fast"}}
PENDING = {**CLAIM, "status": {"phase": "Pending"}}
HOME = [{"name": "home", "persistentVolumeClaim": {"claimName": "nb-home"}}]


def event(reason: str, message: str, kind: str = "Pod", **more: Any) -> dict[str, Any]:
    name = {"Pod": "nb-0", "PersistentVolumeClaim": "nb-home"}.get(kind, "nb")
    about = {"kind": kind, "name": name}
    return {"reason": reason, "message": message, "involvedObject": about, **more}


def pod(node: str = "", volumes: Any = (), **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "nb-0"},
        "spec": {"nodeName": node, "volumes": list(volumes)},
        "status": status,
    }


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    main = {"name": "main", "image": "scipy:9", "state": state, **more}
    return pod("node-1", containerStatuses=[main])


def ended(reason: str, code: int) -> dict[str, Any]:
    return {"lastState": {"terminated": {"reason": reason, "exitCode": code}}, "restartCount": 4}


NO_POD = {
    "nobody has come to it": (
        [],
        "its pod is not made yet: the cluster's StatefulSet controller has not come to it",
    ),
    "the quota is used up": (
        [
            event(
                "FailedCreate",
                'create Pod nb-0 in StatefulSet nb failed error: pods "nb-0" is forbidden: exceeded'
                " quota: compute, requested: cpu=4, used: cpu=6, limited: cpu=8",
                "StatefulSet",
            )
        ],
        "the namespace's quota leaves no room for the pod (create Pod nb-0 in StatefulSet nb failed"
        ' error: pods "nb-0" is forbidden: exceeded quota: compute, requested: cpu=4, used: cpu=6,'
        " limited: cpu=8): stop another notebook, choose a smaller size, or ask for more quota",
    ),
    "Pod Security refuses": (
        [event("FailedCreate", 'pods "nb-0" is forbidden: violates PodSecurity', "StatefulSet")],
        'the cluster refuses the pod (pods "nb-0" is forbidden: violates PodSecurity):'
        " the Template or that rule must change, which is for the platform team to do",
    ),
    "a webhook refuses": (
        [event("FailedCreate", 'admission webhook "x" denied the request: no', "StatefulSet")],
        'the cluster refuses the pod (admission webhook "x" denied the request: no):'
        " the Template or that rule must change, which is for the platform team to do",
    ),
    "a webhook is away": (
        [event("FailedCreate", 'failed calling webhook "x": timeout', "StatefulSet")],
        'a webhook of the cluster does not answer (failed calling webhook "x": timeout):'
        " it is tried again",
    ),
    "the newest reason counts, however its time is told": (
        [
            event("FailedCreate", "old", "StatefulSet", lastTimestamp="2026-01-01T00:00:00Z"),
            event("FailedCreate", "new", "StatefulSet", eventTime="2026-01-02T00:00:00.000Z"),
        ],
        "the pod cannot be made: new",
    ),
    "something else": (
        [event("FailedCreate", "the moon is full", "StatefulSet")],
        "the pod cannot be made: the moon is full",
    ),
    "the newest reason counts": (
        [
            event("FailedCreate", "old", "StatefulSet", lastTimestamp="2026-01-01T00:00:00Z"),
            event("FailedCreate", "new", "StatefulSet", lastTimestamp="2026-01-03T00:00:00Z"),
            event("FailedCreate", "mid", "StatefulSet", eventTime="2026-01-02T00:00:00.000Z"),
        ],
        "the pod cannot be made: new",
    ),
    "another's event": (
        [{**event("FailedCreate", "x"), "involvedObject": {"kind": "StatefulSet", "name": "b"}}],
        "its pod is not made yet: the cluster's StatefulSet controller has not come to it",
    ),
}


@pytest.mark.parametrize(("events", "said"), NO_POD.values(), ids=NO_POD)
def test_why_there_is_no_pod(events: list[Any], said: str) -> None:
    assert words.why_not_started(STATEFUL_SET, None, events, []) == said


UNSCHEDULABLE = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
}
NO_NODE = {
    "the scheduler has not come": (
        pod(),
        [],
        [],
        "its pod waits for a node: the cluster's scheduler has not come to it",
    ),
    "no node is large enough": (
        pod(conditions=[UNSCHEDULABLE]),
        [],
        [],
        "no node can take the pod (0/3 nodes are available: 3 Insufficient nvidia.com/gpu.):"
        " choose a smaller size or another Template, or wait until a node is free",
    ),
    "an event alone says so": (
        pod(),
        [event("FailedScheduling", "0/1 nodes are available: 1 Too many pods.")],
        [],
        "no node can take the pod (0/1 nodes are available: 1 Too many pods.):"
        " choose a smaller size or another Template, or wait until a node is free",
    ),
    "the claim has no volume": (
        pod(volumes=HOME, conditions=[UNSCHEDULABLE]),
        [event("ProvisioningFailed", 'storageclass "fast" not found', "PersistentVolumeClaim")],
        [PENDING],
        'the volume claim nb-home has no volume yet (storageclass "fast" not found):'
        " the storage class must be able to make one",
    ),
    "the claim has no volume, and nobody says why": (
        pod(volumes=HOME),
        [],
        [PENDING],
        "the volume claim nb-home has no volume yet (of the storage class fast, which has not said"
        " why): the storage class must be able to make one",
    ),
    "the claim waits for the pod": (
        pod(volumes=HOME, conditions=[UNSCHEDULABLE]),
        [event("WaitForFirstConsumer", "waiting", "PersistentVolumeClaim")],
        [PENDING],
        "no node can take the pod (0/3 nodes are available: 3 Insufficient nvidia.com/gpu.):"
        " choose a smaller size or another Template, or wait until a node is free",
    ),
    "the volume is lost": (
        pod(volumes=HOME),
        [],
        [{**CLAIM, "status": {"phase": "Lost"}}],
        "the volume of the claim nb-home is lost: restore it, or choose another claim",
    ),
    "the claim does not exist": (
        pod(volumes=HOME),
        [event("FailedScheduling", 'persistentvolumeclaim "nb-home" not found')],
        [],
        "there is no volume claim nb-home: make it, or choose another",
    ),
    "another claim of the namespace waits": (
        pod(volumes=HOME),
        [],
        [
            {**CLAIM, "status": {"phase": "Bound"}},
            {**PENDING, "metadata": {"name": "another"}},
        ],
        "its pod waits for a node: the cluster's scheduler has not come to it",
    ),
}
ON_A_NODE = {
    "the image is not there": (
        waiting("ImagePullBackOff", 'Back-off pulling image "scipy:9"'),
        [event("Failed", 'Failed to pull image "scipy:9": manifest unknown')],
        "the image scipy:9 of the container main cannot be pulled"
        ' (Failed to pull image "scipy:9": manifest unknown):'
        " check its name, and that the cluster may read that registry",
    ),
    "the image is not there, for the first time": (
        waiting("ErrImagePull", "unauthorized"),
        [],
        "the image scipy:9 of the container main cannot be pulled (unauthorized):"
        " check its name, and that the cluster may read that registry",
    ),
    "an init container's image is no name": (
        pod(
            "node-1",
            initContainerStatuses=[
                {"name": "i", "image": "::", "state": {"waiting": {"reason": "InvalidImageName"}}}
            ],
        ),
        [],
        "the image :: of the container i cannot be pulled:"
        " check its name, and that the cluster may read that registry",
    ),
    "it crashes": (
        waiting("CrashLoopBackOff", "back-off 5m0s restarting", **ended("Error", 127)),
        [],
        "the container main stops as soon as it starts (Error, exit code 127, restarted 4 times):"
        " its log says why",
    ),
    "it takes too much memory": (
        waiting("CrashLoopBackOff", "", **ended("OOMKilled", 137)),
        [],
        "the container main took more memory than it may have and was killed"
        " (OOMKilled, exit code 137, restarted 4 times): choose a larger size",
    ),
    "it has just crashed": (
        pod(
            "node-1",
            containerStatuses=[
                {"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                {"name": "b", "state": {"terminated": {"exitCode": 2, "reason": "Error"}}},
            ],
        ),
        [],
        "the container b stops as soon as it starts (Error, exit code 2): its log says why",
    ),
    "it crashed before, and runs again": (
        pod(
            "node-1",
            phase="Running",
            containerStatuses=[{"name": "m", "state": {"running": {}}, **ended("Error", 1)}],
        ),
        [],
        "it runs and does not answer yet: it may still be starting",
    ),
    "a Secret is missing": (
        waiting("CreateContainerConfigError", 'secret "team/s3" not found'),
        [],
        "the Secret s3 is not in the namespace: it comes as a copy once its source exists,"
        " or somebody creates it",
    ),
    "a container is refused": (
        waiting("CreateContainerConfigError", "container has runAsNonRoot"),
        [],
        "the container main cannot be started: container has runAsNonRoot",
    ),
    "a ConfigMap to mount is missing": (
        waiting("ContainerCreating"),
        [event("FailedMount", 'MountVolume.SetUp failed for "c" : configmap "pip" not found')],
        "the ConfigMap pip is not in the namespace: it comes as a copy once its source exists,"
        " or somebody creates it",
    ),
    "a volume cannot be mounted": (
        waiting("ContainerCreating"),
        [event("FailedMount", "timed out waiting for the condition")],
        "a volume cannot be mounted (timed out waiting for the condition)",
    ),
    "a volume could not be mounted before it ran": (
        pod("n", phase="Running", containerStatuses=[{"name": "m", "state": {"running": {}}}]),
        [event("FailedMount", "timed out")],
        "it runs and does not answer yet: it may still be starting",
    ),
    "it fetches its image": (
        waiting("ContainerCreating"),
        [],
        "it is starting on the node node-1: its images and volumes are being fetched",
    ),
    "it does not answer": (
        pod("node-1", phase="Running"),
        [event("Unhealthy", "Readiness probe failed: 502")],
        "it runs and does not answer yet (Readiness probe failed: 502): it may still be starting",
    ),
    "it was evicted": (
        pod("node-1", phase="Failed", reason="Evicted", message="low on memory"),
        [],
        "its pod was put out (Evicted: low on memory): delete the pod to start it anew",
    ),
    "it runs": (pod("node-1", phase="Running", conditions=[READY]), [], ""),
}


@pytest.mark.parametrize(("one", "events", "claims", "said"), NO_NODE.values(), ids=NO_NODE)
def test_why_a_pod_has_no_node(one: Any, events: Any, claims: Any, said: str) -> None:
    assert words.why_not_started(STATEFUL_SET, one, events, claims) == said


@pytest.mark.parametrize(("one", "events", "said"), ON_A_NODE.values(), ids=ON_A_NODE)
def test_why_a_pod_does_not_run(one: Any, events: Any, said: str) -> None:
    assert words.why_not_started(STATEFUL_SET, one, events, []) == said


def test_a_notebook_without_a_stateful_set() -> None:
    said = words.why_not_started(None, None, [], [])
    assert said == "it has no StatefulSet yet: the next sync makes it"


def test_a_stopped_notebook_is_not_looked_into() -> None:
    stopped = {**STATEFUL_SET, "spec": {"replicas": 0}}
    said = words.why_not_started(stopped, waiting("ErrImagePull"), [], [])
    assert said == "it is stopped: nothing starts until git or its owner starts it"


def test_a_pod_that_goes_is_waited_for() -> None:
    going = waiting("ErrImagePull")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    said = words.why_not_started(STATEFUL_SET, going, [], [])
    assert said == "its old pod is still stopping: the new one comes after it"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\t c\r\n", "a b c"),
        ("red \x1b[31mtext", "red [31mtext"),
        ("x" * 2000, "x" * 1023 + "…"),
    ],
)
def test_what_the_cluster_says_becomes_one_line(text: str, line: str) -> None:
    assert words.one_line(text) == line
    said = words.why_not_started(
        STATEFUL_SET, None, [event("FailedCreate", text, "StatefulSet")], []
    )
    assert said.isprintable()
    assert len(said) <= 1024
