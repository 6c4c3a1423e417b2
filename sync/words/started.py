"""The first thing that keeps a notebook from starting, as the cluster tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sync.objects import Object, terminating
from sync.words import containers
from sync.words.evidence import (
    Story,
    claims_of,
    condition,
    gates_of,
    name_of,
    node_of,
    status_of,
    story,
)
from sync.words.evidence import containers as statuses
from sync.words.lines import one_line

QUOTA = re.compile(r"exceeded quota|failed quota")
REFUSED = re.compile(r"admission webhook|PodSecurity|pod security|forbidden|denied")
ABSENT = re.compile(r"persistentvolumeclaim \\?\"([^\"\\]+)\\?\" not found")


def why_not_started(
    statefulset: Object | None,
    pod: Object | None,
    events: Sequence[Object],
    claims: Sequence[Object],
) -> str:
    """One sentence; nothing where it has started. Events may be about anything, in any order."""
    if statefulset is None:
        return "it has no StatefulSet yet: the next sync makes it"
    if (statefulset.get("spec") or {}).get("replicas", 1) == 0:
        return "it is stopped: nothing starts until git or its owner starts it"
    happened = story(events)
    if pod is None:
        return one_line(_no_pod(name_of(statefulset), happened))
    return one_line(next(_pod(pod, happened, claims), ""))


def _no_pod(name: str, happened: Story) -> str:
    message = next(happened.told("StatefulSet", name, "FailedCreate"), "")
    if not message:
        return "its pod is not made yet: the cluster's StatefulSet controller has not come to it"
    if QUOTA.search(message):
        return (
            f"the namespace's quota leaves no room for the pod ({message}):"
            " stop another notebook, choose a smaller size, or ask for more quota"
        )
    if "webhook" in message and "failed calling" in message:
        return f"a webhook of the cluster does not answer ({message}): it is tried again"
    if REFUSED.search(message):
        return (
            f"the cluster refuses the pod ({message}):"
            " the Template or that rule must change, which is for the platform team to do"
        )
    return f"the pod cannot be made: {message}"


def _pod(pod: Object, happened: Story, claims: Sequence[Object]) -> Iterator[str]:
    if terminating(pod):
        yield "its old pod is still stopping: the new one comes after it"
    if condition(pod, "Ready").get("status") == "True":
        return
    yield from _put_out(pod)
    if node_of(pod):
        name = name_of(pod)
        pulling = next((t for t in happened.told("Pod", name, "Failed") if "pull" in t), "")
        yield from containers.troubles(statuses(pod), pulling)
        yield from _volumes(pod, happened)
        yield _on_its_way(pod, happened)
    else:
        yield from _claims(pod, happened, claims)
        yield _no_node(pod, happened)


def _put_out(pod: Object) -> Iterator[str]:
    """Evicted, or refused by its node."""
    status = status_of(pod)
    if status.get("phase") == "Failed":
        reason = status.get("reason") or "Failed"
        because = f"{reason}: {status['message']}" if status.get("message") else reason
        yield f"its pod was put out ({because}): delete the pod to start it anew"


def _no_node(pod: Object, happened: Story) -> str:
    if gates := ", ".join(gates_of(pod)):
        return f"its pod is held back until it is admitted ({gates}): a queue decides when"
    told = next(happened.told("Pod", name_of(pod), "FailedScheduling"), "")
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        told = scheduled.get("message") or told
    if not told:
        return "its pod waits for a node: the cluster's scheduler has not come to it"
    absent = ABSENT.search(told)
    if absent:
        return f"there is no volume claim {absent[1]}: make it, or choose another"
    return (
        f"no node can take the pod ({told}): choose a smaller size or another Template, or wait"
        " until a node is free"
    )


def _claims(pod: Object, happened: Story, claims: Sequence[Object]) -> Iterator[str]:
    known = {name_of(each): each for each in claims}
    for name in claims_of(pod):
        phase = status_of(known[name]).get("phase", "Pending") if name in known else "Bound"
        if phase == "Lost":
            yield f"the volume of the claim {name} is lost: restore it, or choose another claim"
        elif phase != "Bound":
            reasons = ("ProvisioningFailed", "FailedBinding", "ExternalProvisioning")
            told = next(happened.told("PersistentVolumeClaim", name, *reasons), "")
            if not told and _waits_for_its_pod(name, happened):
                continue
            storage = (known[name].get("spec") or {}).get("storageClassName") or "the default one"
            because = told or f"of the storage class {storage}, which has not said why"
            yield (
                f"the volume claim {name} has no volume yet ({because}):"
                " the storage class must be able to make one"
            )


def _waits_for_its_pod(name: str, happened: Story) -> bool:
    """Some storage is made only where its pod has found a node: then the pod is what waits."""
    reasons = ("WaitForFirstConsumer", "WaitForPodScheduled")
    return any(True for _ in happened.told("PersistentVolumeClaim", name, *reasons))


def _volumes(pod: Object, happened: Story) -> Iterator[str]:
    if any("running" in (each.get("state") or {}) for each in statuses(pod)):
        return
    reasons = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
    for message in happened.told("Pod", name_of(pod), *reasons):
        yield containers.missing(message) or f"a volume cannot be mounted ({message})"


def _on_its_way(pod: Object, happened: Story) -> str:
    if status_of(pod).get("phase") == "Running":
        told = next(happened.told("Pod", name_of(pod), "Unhealthy"), "")
        because = f" ({told})" if told else ""
        return f"it runs and does not answer yet{because}: it may still be starting"
    return f"it is starting on the node {node_of(pod)}: its images and volumes are being fetched"
