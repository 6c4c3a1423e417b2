"""The pod template of Kubeflow's Notebook, with what its controller would add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.parse.kubeflow_annotations import Wishes

TTL = "ttlSecondsAfterFinished"
CONTEXT = "securityContext"
WORKING_DIR = "/home/jovyan"
PORTS = ({"containerPort": 8888, "name": "notebook-port", "protocol": "TCP"},)
FS_GROUP = 100
LOCAL_VOLUME = "local-notebooks"
LOCAL_PATH = "/mnt/local-notebooks"
LINK_TO_LOCAL = ["ln", "-sfn", LOCAL_PATH, f"{WORKING_DIR}/{LOCAL_VOLUME}"]


def pod_template(
    written: Mapping[str, Any],
    notebook: str,
    labels: Mapping[str, str],
    asked: Wishes,
) -> dict[str, Any]:
    """The template with Kubeflow's defaults; labels of the Notebook are labels of its pod.

    NB_PREFIX is not set here: it follows from how the installation routes.
    """
    pod = {key: value for key, value in written["spec"].items() if key != TTL}
    containers = list(pod["containers"])
    index = main_index(containers, notebook)
    containers[index] = _main_container(containers[index])
    pod["containers"] = containers
    pod[CONTEXT] = _security_context(pod.get(CONTEXT), asked)
    if asked.local_files:
        pod = _with_local_files(pod, index, asked)
    return {**written_metadata(written, labels), "spec": pod}


def written_metadata(written: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The template's metadata with the Notebook's labels, if there is any."""
    metadata: Mapping[str, Any] = written.get("metadata") or {}
    if not labels:
        return {"metadata": metadata} if metadata else {}
    return {"metadata": {**metadata, "labels": {**metadata.get("labels", {}), **labels}}}


def main_index(containers: list[Mapping[str, Any]], notebook: str) -> int:
    """The container named `main`, else the one named like the Notebook, else the first."""
    names = [container["name"] for container in containers]
    return next((names.index(name) for name in ("main", notebook) if name in names), 0)


def one_context(written: Any) -> dict[str, Any]:
    """A security context, also where a list of such was written."""
    if isinstance(written, list):
        return {key: value for each in written for key, value in each.items()}
    return dict(written or {})


def _main_container(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **written,
        "workingDir": written.get("workingDir") or WORKING_DIR,
        "ports": written.get("ports") or list(PORTS),
    }


def _security_context(written: Any, asked: Wishes) -> dict[str, Any]:
    context = one_context(written)
    if written is None:
        context["fsGroup"] = FS_GROUP
    if asked.user_id is not None:
        context["runAsUser"] = asked.user_id
    if asked.group_id is not None:
        context["fsGroup"] = asked.group_id
    return context


def _with_local_files(pod: dict[str, Any], main: int, asked: Wishes) -> dict[str, Any]:
    """The node's directory, mounted where it is on the node and linked from the home."""
    containers = list(pod["containers"])
    lifecycle = {"postStart": {"exec": {"command": LINK_TO_LOCAL}}}
    lifecycle.update(containers[main].get("lifecycle", {}))
    containers[main] = {**containers[main], "lifecycle": lifecycle}
    if LOCAL_VOLUME in asked.disks:  # a claim of that name stands for the node's directory
        return {**pod, "containers": containers}
    volume = {"name": LOCAL_VOLUME, "hostPath": {"path": LOCAL_PATH}}
    mount = {"name": LOCAL_VOLUME, "mountPath": LOCAL_PATH}
    mounts = [*containers[main].get("volumeMounts", ()), mount]
    containers[main] = {**containers[main], "volumeMounts": mounts}
    return {**pod, "containers": containers, "volumes": [*pod.get("volumes", ()), volume]}
