"""What newer releases know of a pod, said in words; and what older ones leave out."""

from __future__ import annotations

from typing import Any

import pytest

from sync.cluster import Cluster
from sync.objects import Key
from sync.waiting import Waiter
from sync.words import why_not_started

WORKLOAD = {"kind": "StatefulSet", "metadata": {"name": "nb"}, "spec": {}}
BLOCKED = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "SchedulingGated",
    "message": "Scheduling is blocked due to non-empty scheduling gates",
}


def test_a_pod_that_a_queue_holds_back() -> None:
    gates = [{"name": "kueue.x-k8s.io/admission"}, {"name": "b"}]
    pod = {
        "metadata": {"name": "nb-0"},
        "spec": {"schedulingGates": gates},
        "status": {"conditions": [BLOCKED]},
    }
    assert why_not_started(WORKLOAD, pod, [], []) == (
        "its pod is held back until it is admitted (kueue.x-k8s.io/admission, b):"
        " a queue decides when"
    )


def test_an_image_without_a_good_signature() -> None:
    waiting = {"reason": "SignatureValidationFailed", "message": "no signature"}
    main = {"name": "main", "image": "scipy:9", "state": {"waiting": waiting}}
    pod = {
        "metadata": {"name": "nb-0"},
        "spec": {"nodeName": "one"},
        "status": {"containerStatuses": [main]},
    }
    assert "scipy:9 of the container main cannot be pulled (no signature)" in why_not_started(
        WORKLOAD, pod, [], []
    )


class Stub(Cluster):
    """A cluster of one object."""

    def __init__(self, live: dict[str, Any]) -> None:
        self.live = live

    def get(self, key: Key, version: str | None = None) -> dict[str, Any] | None:
        assert key.kind == "StatefulSet"
        return None if version else self.live


ON_DELETE = {"type": "OnDelete"}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}}
HALF = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}


@pytest.mark.parametrize(
    ("strategy", "counts", "ready"),
    [
        (ROLLING, {"readyReplicas": 1, "updatedReplicas": 1}, True),
        (ROLLING, {"readyReplicas": 1}, False),  # none is left out: the old pod is still there
        (ROLLING, {"updatedReplicas": 1}, False),
        (ON_DELETE, {"readyReplicas": 1}, True),
        (HALF, {"readyReplicas": 1}, True),
    ],
)
def test_a_pod_of_the_old_template_is_waited_out(
    strategy: dict[str, Any], counts: dict[str, Any], ready: bool
) -> None:
    live = {
        "metadata": {"name": "nb", "namespace": "team-a", "generation": 2},
        "spec": {"replicas": 1, "updateStrategy": strategy},
        "status": {"observedGeneration": 2, **counts},
    }
    waiter = Waiter(Stub(live))
    assert waiter._ready(Key("apps", "StatefulSet", "team-a", "nb")) is ready  # noqa: SLF001
