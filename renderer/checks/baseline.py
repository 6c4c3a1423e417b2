"""The controls of baseline Pod Security, one function each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from renderer.checks.shape import Container, items, mapping, text
from renderer.checks.subject import (
    NONE,
    ContainerControl,
    Context,
    ContextControl,
    Control,
    Pod,
    Violation,
)
from renderer.schema.words import quoted

HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
LIFECYCLE = "lifecycle"
HANDLERS = (*PROBES, LIFECYCLE)
PROBE_HOSTS_SINCE = 34
APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"

SAFE_CAPABILITIES = frozenset({
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
})
# Each with the minor version of Kubernetes that took it for safe.
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_notsent_lowat": 37,
    "net.ipv4.tcp_slow_start_after_idle": 37,
}
SAFE_SELINUX_TYPES = {
    "container_t": 0,
    "container_init_t": 0,
    "container_kvm_t": 0,
    "container_engine_t": 31,
}
SAFE_PROFILES = ("RuntimeDefault", "Localhost")


def is_off(value: object) -> bool:
    """Whether a switch is off; what is no boolean is taken for on."""
    return value is None or value is False


def is_unmasked(context: Context) -> bool:
    """Whether a context takes the masks off /proc."""
    mount = context.body.get("procMount")
    return mount is not None and mount != "Default"


def host_namespaces(pod: Pod) -> Iterable[Violation]:
    """The network, the processes and the shared memory of the node are not for pods."""
    if pod.spec.keys().isdisjoint(HOST_NAMESPACES):
        return NONE
    return [
        (("spec", field), f"the pod asks for {field}", f"{field}: false, or nothing")
        for field in HOST_NAMESPACES
        if not is_off(pod.spec.get(field))
    ]


def host_path_volumes(pod: Pod) -> Iterable[Violation]:
    """Directories of the node are not for pods."""
    return [
        (
            ("spec", "volumes", index, "hostPath"),
            f"the volume {quoted(text(volume.get('name')))} is a directory of the node",
            "another kind of volume",
        )
        for index, volume in items(pod.spec.get("volumes"))
        if volume.get("hostPath") is not None
    ]


def sysctls(pod: Pod) -> Iterator[Violation]:
    """Only those kernel settings that touch nothing outside the pod."""
    for index, setting in items(mapping(pod.spec.get("securityContext")).get("sysctls")):
        name = text(setting.get("name"))
        if SAFE_SYSCTLS.get(name, pod.minor + 1) > pod.minor:
            yield (
                ("spec", "securityContext", "sysctls", index, "name"),
                f"the pod sets the kernel's {quoted(name)}",
                "one of " + ", ".join(_known(SAFE_SYSCTLS, pod.minor)),
            )


def apparmor_annotations(pod: Pod) -> Iterator[Violation]:
    """AppArmor profiles in the way they were asked for before they had a field."""
    for key, value in mapping(pod.metadata.get("annotations")).items():
        if (
            text(key).startswith(APPARMOR_ANNOTATION)
            and value not in ("", "runtime/default")
            and not text(value).startswith("localhost/")
        ):
            container = key.removeprefix(APPARMOR_ANNOTATION)
            yield (
                ("metadata", "annotations", key),
                f"the container {quoted(container)} asks for another AppArmor profile",
                "runtime/default or localhost/...",
            )


def host_process(_: Pod, context: Context) -> Iterator[Violation]:
    """Windows containers that run on the node itself."""
    if not is_off(mapping(context.body.get("windowsOptions")).get("hostProcess")):
        path = (*context.path, "windowsOptions", "hostProcess")
        yield path, f"{context.who} runs as a process of the node", "hostProcess: false, or nothing"


def selinux_options(pod: Pod, context: Context) -> Iterator[Violation]:
    """The usual SELinux types, and no user or role of one's own."""
    options = mapping(context.body.get("seLinuxOptions"))
    path = (*context.path, "seLinuxOptions")
    kind = options.get("type") or "container_t"
    if not isinstance(kind, str) or SAFE_SELINUX_TYPES.get(kind, pod.minor + 1) > pod.minor:
        allowed = "one of " + ", ".join(_known(SAFE_SELINUX_TYPES, pod.minor))
        yield (*path, "type"), f"{context.who} asks for another SELinux type", allowed
    for field in ("user", "role"):
        if options.get(field):
            yield (*path, field), f"{context.who} sets an SELinux {field}", f"no {field}"


def seccomp_profile(_: Pod, context: Context) -> Iterable[Violation]:
    """Seccomp may be set, and not switched off."""
    return _profile(context, "seccompProfile", "seccomp")


def apparmor_profile(_: Pod, context: Context) -> Iterable[Violation]:
    """AppArmor may be set, and not switched off."""
    return _profile(context, "appArmorProfile", "AppArmor")


def _profile(context: Context, field: str, name: str) -> Iterator[Violation]:
    profile = context.body.get(field)
    if profile is not None and mapping(profile).get("type") not in SAFE_PROFILES:
        path = (*context.path, field, "type")
        yield path, f"{context.who} switches {name} off", " or ".join(SAFE_PROFILES)


def privileged(_: Pod, context: Context) -> Iterator[Violation]:
    """A privileged container owns its node."""
    if not is_off(context.body.get("privileged")):
        path = (*context.path, "privileged")
        yield path, f"{context.who} is privileged", "privileged: false, or nothing"


def capabilities(_: Pod, context: Context) -> Iterator[Violation]:
    """No more than what container runtimes give by themselves, and no raw packets."""
    added = mapping(context.body.get("capabilities")).get("add")
    for index, name in enumerate(added if isinstance(added, list) else ()):
        if not isinstance(name, str) or name not in SAFE_CAPABILITIES:
            yield (
                (*context.path, "capabilities", "add", index),
                f"{context.who} adds the capability {text(name)}",
                "one of " + ", ".join(sorted(SAFE_CAPABILITIES)),
            )


def proc_mount(pod: Pod, context: Context) -> Iterator[Violation]:
    """The masks over /proc stay, but where root of the pod is nobody on the node."""
    if is_unmasked(context) and not pod.has_user_namespace:
        path = (*context.path, "procMount")
        yield path, f"{context.who} unmasks /proc", "Default, or nothing"


def host_ports(_: Pod, container: Container) -> Iterable[Violation]:
    """Ports of the node are not for pods."""
    if "ports" not in container.body:
        return NONE
    return [
        (
            (*container.path, "ports", index, "hostPort"),
            f"{container} takes a port of the node",
            "no hostPort",
        )
        for index, port in items(container.body["ports"])
        if port.get("hostPort")
    ]


def probe_hosts(pod: Pod, container: Container) -> Iterator[Violation]:
    """Probes and hooks call the pod itself: a node must not be made to call others."""
    if pod.minor < PROBE_HOSTS_SINCE or container.body.keys().isdisjoint(HANDLERS):
        return
    for steps, handler in _handlers(container.body):
        for field in ("httpGet", "tcpSocket"):
            if mapping(handler.get(field)).get("host"):
                path = (*container.path, *steps, field, "host")
                yield path, f"the {steps[-1]} of {container} calls another host", "no host"


def _handlers(body: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for probe in PROBES:
        yield (probe,), mapping(body.get(probe))
    for hook, handler in mapping(body.get(LIFECYCLE)).items():
        yield (LIFECYCLE, hook), mapping(handler)


def _known(table: dict[str, int], minor: int) -> list[str]:
    return [name for name, since in table.items() if since <= minor]


POD_CONTROLS: tuple[Control, ...] = (
    host_namespaces,
    host_path_volumes,
    sysctls,
    apparmor_annotations,
)
CONTEXT_CONTROLS: tuple[ContextControl, ...] = (
    host_process,
    selinux_options,
    seccomp_profile,
    apparmor_profile,
    privileged,
    capabilities,
    proc_mount,
)
CONTAINER_CONTROLS: tuple[ContainerControl, ...] = (host_ports, probe_hosts)
