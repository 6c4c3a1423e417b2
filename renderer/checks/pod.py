"""Whether a composed pod makes sense: what its schema cannot say. Security is checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.checks.containers import check_containers
from renderer.checks.metadata import check_metadata, check_node_selector
from renderer.checks.resources import check_resources
from renderer.checks.shape import Container, containers_of, mapping, text
from renderer.checks.volumes import check_volumes
from renderer.errors import Finding, Severity
from renderer.names import is_dns_subdomain
from renderer.schema.words import quoted

# What Kubernetes waits before it kills; an hour is longer than any node drain does.
LONGEST_GRACE_SECONDS = 3600

NOT_IN_A_STATEFUL_SET = {
    "activeDeadlineSeconds": ("its pods do not end", Severity.ERROR),
    "ephemeralContainers": ("they are added to running pods, by kubectl debug", Severity.ERROR),
    "hostname": ("a StatefulSet names its pods itself", Severity.WARNING),
    "subdomain": ("a StatefulSet names its pods itself", Severity.WARNING),
}


def check_pod(pod: Mapping[str, Any], main: str) -> list[Finding]:
    """What is wrong with a composed PodTemplateSpec; `main` is the name of its main container."""
    spec = mapping(pod.get("spec"))
    containers = containers_of(spec)
    findings = check_containers(containers)
    findings += check_volumes(spec, containers)
    for container in containers:
        if "resources" in container.body:
            path = (*container.path, "resources")
            findings += check_resources(container.body["resources"], path, container)
    if "resources" in spec:
        findings += check_resources(spec["resources"], ("spec", "resources"), "the pod")
    if "metadata" in pod:
        findings += check_metadata(mapping(pod["metadata"]))
    if "nodeSelector" in spec:
        findings += check_node_selector(spec["nodeSelector"])
    findings += _check_main(containers, main)
    findings += _check_fields(spec)
    return findings


def _check_main(containers: list[Container], main: str) -> Iterator[Finding]:
    regular = [one for one in containers if one.path[1] == "containers"]
    if not regular:
        yield Finding(("spec", "containers"), "the pod has no containers")
        return
    found = next((one for one in regular if one.name == main), None)
    if found is None:
        yield Finding(("spec", "containers"), f"the pod has no container {quoted(main)}")
    elif not found.body.get("ports"):
        yield Finding(
            found.path,
            f"the container {quoted(main)} has no ports: nothing can reach the notebook",
            expected="a containerPort; the first one is the notebook itself",
            severity=Severity.WARNING,
        )


def _check_fields(spec: Mapping[str, Any]) -> Iterator[Finding]:
    if spec.get("restartPolicy", "Always") != "Always":
        yield Finding(
            ("spec", "restartPolicy"),
            "a StatefulSet restarts its pods always",
            expected="Always, or no restartPolicy",
        )
    for field, (reason, severity) in NOT_IN_A_STATEFUL_SET.items():
        if field in spec:
            message = f"{field} has no place in a notebook: {reason}"
            yield Finding(("spec", field), message, severity=severity)
    if "terminationGracePeriodSeconds" in spec:
        yield from _check_grace_period(spec["terminationGracePeriodSeconds"])
    account = text(spec.get("serviceAccountName"))
    if account and not is_dns_subdomain(account):
        yield Finding(
            ("spec", "serviceAccountName"),
            f"{quoted(account)} cannot be the name of a ServiceAccount",
            expected="lower-case letters, digits, - and .",
        )


def _check_grace_period(seconds: object) -> Iterator[Finding]:
    path = ("spec", "terminationGracePeriodSeconds")
    if not isinstance(seconds, int):
        return
    if seconds < 0:
        yield Finding(path, "a grace period cannot be negative")
    elif seconds == 0:
        yield Finding(
            path,
            "without a grace period the notebook is killed before it can save",
            severity=Severity.WARNING,
        )
    elif seconds > LONGEST_GRACE_SECONDS:
        yield Finding(
            path,
            "a grace period of more than an hour holds up whoever drains the node",
            severity=Severity.WARNING,
        )
