"""The Pod Security Standards, as the admission controller of Kubernetes enforces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from renderer.checks.baseline import CONTAINER_CONTROLS, CONTEXT_CONTROLS, POD_CONTROLS
from renderer.checks.restricted import RESTRICTED_CONTROLS
from renderer.checks.shape import containers_of, mapping
from renderer.checks.subject import NEWEST, Control, Pod, Violation
from renderer.errors import Finding
from renderer.model.catalog import PodSecurity

BASELINE_HINT = "only a Template with podSecurity: privileged may ask for this"
RESTRICTED_HINT = "a Template with podSecurity: baseline need not"


def check(pod: Mapping[str, Any], level: PodSecurity, kubernetes: str = "") -> list[Finding]:
    """What a PodTemplateSpec asks for that the level forbids in the version, such as "1.33"."""
    if level is PodSecurity.PRIVILEGED:
        return []
    spec = mapping(pod.get("spec"))
    subject = Pod(mapping(pod.get("metadata")), spec, containers_of(spec), _minor(kubernetes))
    findings = _said(_baseline(subject), "baseline", BASELINE_HINT)
    if level is PodSecurity.RESTRICTED:
        restricted = _violations(subject, RESTRICTED_CONTROLS)
        findings += _said(restricted, "restricted", RESTRICTED_HINT)
    return findings


def _baseline(pod: Pod) -> list[Violation]:
    found = _violations(pod, POD_CONTROLS)
    for context in pod.contexts():
        for of_context in CONTEXT_CONTROLS:
            found += of_context(pod, context)
    for container in pod.containers:
        for of_container in CONTAINER_CONTROLS:
            found += of_container(pod, container)
    return found


def _violations(pod: Pod, controls: Sequence[Control]) -> list[Violation]:
    return [violation for control in controls for violation in control(pod)]


def _said(violations: Sequence[Violation], level: str, hint: str) -> list[Finding]:
    return [
        Finding(path, f"{message}: {level} Pod Security forbids it", expected, hint)
        for path, message, expected in violations
    ]


def _minor(version: str) -> int:
    parts = version.removeprefix("v").split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else NEWEST
