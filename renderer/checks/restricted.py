"""The controls that restricted Pod Security adds to those of baseline, one function each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.checks.baseline import SAFE_CAPABILITIES, SAFE_PROFILES, is_unmasked
from renderer.checks.shape import Container, items, mapping, text
from renderer.checks.subject import Control, Pod, Violation
from renderer.schema.words import quoted

VOLUME_TYPES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)

CONTEXT = "securityContext"
WINDOWS_SINCE = 25


def volume_types(pod: Pod) -> Iterator[Violation]:
    """Only volumes that hold the cluster's own objects, or claims; the rest belongs in claims."""
    for index, volume in items(pod.spec.get("volumes")):
        sources = volume.keys() - {"name"}
        # A volume without a source is an emptyDir; of a hostPath baseline has spoken.
        if sources and "hostPath" not in sources and sources.isdisjoint(VOLUME_TYPES):
            name = text(volume.get("name"))
            expected = "one of " + ", ".join(VOLUME_TYPES)
            yield (
                ("spec", "volumes", index),
                f"the volume {quoted(name)} is of another type",
                expected,
            )


def privilege_escalation(pod: Pod) -> Iterator[Violation]:
    """No set-user-ID programs."""
    if _is_windows(pod):
        return
    for container in pod.containers:
        if _context(container).get("allowPrivilegeEscalation") is not False:
            yield (
                (*container.path, CONTEXT, "allowPrivilegeEscalation"),
                f"{container} may gain privileges",
                "allowPrivilegeEscalation: false",
            )


def run_as_non_root(pod: Pod) -> Iterator[Violation]:
    """Every container says that it is not root, or the pod says it for all."""
    if pod.has_user_namespace:
        return
    of_pod = mapping(pod.spec.get(CONTEXT)).get("runAsNonRoot")
    if of_pod is not None and of_pod is not True:
        path = ("spec", CONTEXT, "runAsNonRoot")
        yield path, "the pod may run as root", "runAsNonRoot: true"
    for container in pod.containers:
        own = _context(container).get("runAsNonRoot")
        if own is not True and (own is not None or of_pod is None):
            path_of_own = (*container.path, CONTEXT, "runAsNonRoot")
            yield path_of_own, f"{container} may run as root", "runAsNonRoot: true"


def run_as_user(pod: Pod) -> Iterator[Violation]:
    """Nobody asks to be root."""
    if pod.has_user_namespace:
        return
    for context in pod.contexts():
        user = context.body.get("runAsUser")
        if user == 0:
            path = (*context.path, "runAsUser")
            yield path, f"{context.who} runs as root", "another user, or none"


def seccomp_profile(pod: Pod) -> Iterator[Violation]:
    """Seccomp is on, in every container or in the pod."""
    if _is_windows(pod) or mapping(pod.spec.get(CONTEXT)).get("seccompProfile") is not None:
        return
    for container in pod.containers:
        if _context(container).get("seccompProfile") is None:
            yield (
                (*container.path, CONTEXT, "seccompProfile"),
                f"{container} has no seccomp profile",
                "type " + " or ".join(SAFE_PROFILES) + ", here or in the pod's securityContext",
            )


def capabilities(pod: Pod) -> Iterator[Violation]:
    """All capabilities are dropped; only that of low ports may come back."""
    if _is_windows(pod):
        return
    for container in pod.containers:
        own = mapping(_context(container).get("capabilities"))
        path = (*container.path, CONTEXT, "capabilities")
        dropped = own.get("drop")
        if not isinstance(dropped, list) or "ALL" not in dropped:
            yield (*path, "drop"), f"{container} keeps its capabilities", "drop: [ALL]"
        added = own.get("add")
        for index, name in enumerate(added if isinstance(added, list) else ()):
            # Of the others baseline has spoken.
            if name != "NET_BIND_SERVICE" and text(name) in SAFE_CAPABILITIES:
                message = f"{container} adds the capability {name}"
                yield (*path, "add", index), message, "NET_BIND_SERVICE, or none"


def proc_mount(pod: Pod) -> Iterator[Violation]:
    """What baseline forgives a pod with a user namespace."""
    if not pod.has_user_namespace:
        return
    for context in pod.contexts():
        if is_unmasked(context):
            path = (*context.path, "procMount")
            yield path, f"{context.who} unmasks /proc", "Default, or nothing"


def _context(container: Container) -> Mapping[str, Any]:
    return mapping(container.body.get(CONTEXT))


def _is_windows(pod: Pod) -> bool:
    return pod.minor >= WINDOWS_SINCE and mapping(pod.spec.get("os")).get("name") == "windows"


RESTRICTED_CONTROLS: tuple[Control, ...] = (
    volume_types,
    privilege_escalation,
    run_as_non_root,
    run_as_user,
    seccomp_profile,
    capabilities,
    proc_mount,
)
