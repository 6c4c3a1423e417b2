"""Pod Security, control by control: what is refused, what is allowed, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from renderer.checks import podsecurity
from renderer.errors import Severity
from renderer.model.catalog import PodSecurity

Json = Mapping[str, Any]
PROFILE = {"type": "RuntimeDefault"}
HARDENED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
SAFE_POD = {"runAsNonRoot": True, "seccompProfile": PROFILE}
APPARMOR = "container.apparmor.security.beta.kubernetes.io/main"


def pod(spec: Json | None = None, annotations: Json | None = None, **main: Any) -> Json:
    """A pod whose main container is as restricted as can be, but for what is given."""
    container = {"name": "main", "image": "i", "securityContext": HARDENED} | main
    return {
        "metadata": {"annotations": dict(annotations or {})},
        "spec": {"securityContext": SAFE_POD, "containers": [container]} | dict(spec or {}),
    }


def context(**fields: Any) -> Json:
    return pod(securityContext=HARDENED | fields)


def pod_context(**fields: Any) -> Json:
    return pod({"securityContext": SAFE_POD | fields})


def volume(**source: Any) -> Json:
    return pod({"volumes": [{"name": "v"} | source]})


def paths(subject: Json, level: PodSecurity, kubernetes: str = "") -> list[str]:
    """Where findings are, short of the steps that all of them share."""
    found = podsecurity.check(subject, level, kubernetes)
    return [
        ".".join(map(str, one.path)).replace("spec.containers.0", "main").removeprefix("spec.")
        for one in found
    ]


OPEN_BY_BASELINE = {
    "a plain pod": {"spec": {"containers": [{"name": "main", "image": "i"}]}},
    "hostNetwork switched off": pod({"hostNetwork": False}),
    "privileged switched off": context(privileged=False),
    "a default capability": context(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}),
    "any volume but hostPath": volume(nfs={"server": "s", "path": "/"}),
    "a host port of 0": pod(ports=[{"containerPort": 1, "hostPort": 0}]),
    "the default AppArmor annotation": pod(annotations={APPARMOR: "runtime/default"}),
    "a local AppArmor annotation": pod(annotations={APPARMOR: "localhost/mine"}),
    "an empty AppArmor annotation": pod(annotations={APPARMOR: ""}),
    "another annotation": pod(annotations={"example.com/main": "unconfined"}),
    "a local AppArmor profile": context(appArmorProfile={"type": "Localhost"}),
    "a container's SELinux type": context(
        seLinuxOptions={"type": "container_kvm_t", "level": "s0"}
    ),
    "an SELinux level": pod_context(seLinuxOptions={"level": "s0"}),
    "default masks": context(procMount="Default"),
    "unmasked in a user namespace": pod(
        {"hostUsers": False}, securityContext=HARDENED | {"procMount": "Unmasked"}
    ),
    "a local seccomp profile": context(seccompProfile={"type": "Localhost"}),
    "a safe sysctl": pod_context(sysctls=[{"name": "net.ipv4.tcp_rmem", "value": "1"}]),
    "a probe of the pod itself": pod(livenessProbe={"httpGet": {"port": 1, "host": ""}}),
    "hostProcess switched off": context(windowsOptions={"hostProcess": False}),
    "root": pod_context(runAsUser=0, runAsNonRoot=False),
}
FORBIDDEN_BY_BASELINE = [
    (pod({"hostNetwork": True}), "hostNetwork"),
    (pod({"hostPID": True}), "hostPID"),
    (pod({"hostIPC": True}), "hostIPC"),
    (pod({"hostIPC": "yes"}), "hostIPC"),
    (context(privileged=True), "main.securityContext.privileged"),
    (
        context(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "NET_RAW"]}),
        "main.securityContext.capabilities.add.1",
    ),
    (volume(hostPath={"path": "/"}), "volumes.0.hostPath"),
    (
        pod(ports=[{"containerPort": 1}, {"containerPort": 2, "hostPort": 2}]),
        "main.ports.1.hostPort",
    ),
    (pod(annotations={APPARMOR: "unconfined"}), f"metadata.annotations.{APPARMOR}"),
    (context(appArmorProfile={"type": "Unconfined"}), "main.securityContext.appArmorProfile.type"),
    (pod_context(appArmorProfile={"type": "Unconfined"}), "securityContext.appArmorProfile.type"),
    (context(seLinuxOptions={"type": "spc_t"}), "main.securityContext.seLinuxOptions.type"),
    (context(seLinuxOptions={"user": "u"}), "main.securityContext.seLinuxOptions.user"),
    (pod_context(seLinuxOptions={"role": "r"}), "securityContext.seLinuxOptions.role"),
    (context(procMount="Unmasked"), "main.securityContext.procMount"),
    (context(seccompProfile={"type": "Unconfined"}), "main.securityContext.seccompProfile.type"),
    (pod_context(seccompProfile={"type": "Unconfined"}), "securityContext.seccompProfile.type"),
    (
        pod_context(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
        "securityContext.sysctls.0.name",
    ),
    (
        context(windowsOptions={"hostProcess": True}),
        "main.securityContext.windowsOptions.hostProcess",
    ),
    (
        pod_context(windowsOptions={"hostProcess": True}),
        "securityContext.windowsOptions.hostProcess",
    ),
    (pod(livenessProbe={"httpGet": {"host": "h"}}), "main.livenessProbe.httpGet.host"),
    (pod(readinessProbe={"tcpSocket": {"host": "h"}}), "main.readinessProbe.tcpSocket.host"),
    (pod(startupProbe={"httpGet": {"host": "h"}}), "main.startupProbe.httpGet.host"),
    (
        pod(lifecycle={"preStop": {"httpGet": {"host": "h"}}}),
        "main.lifecycle.preStop.httpGet.host",
    ),
    (
        pod(lifecycle={"postStart": {"tcpSocket": {"host": "h"}}}),
        "main.lifecycle.postStart.tcpSocket.host",
    ),
]


@pytest.mark.parametrize("subject", OPEN_BY_BASELINE.values(), ids=OPEN_BY_BASELINE.keys())
def test_baseline_allows(subject: Json) -> None:
    assert paths(subject, PodSecurity.BASELINE) == []


@pytest.mark.parametrize(("subject", "path"), FORBIDDEN_BY_BASELINE)
@pytest.mark.parametrize("level", [PodSecurity.BASELINE, PodSecurity.RESTRICTED])
def test_baseline_forbids_and_restricted_says_it_once(
    subject: Json, path: str, level: PodSecurity
) -> None:
    assert paths(subject, level) == [path]


@pytest.mark.parametrize(("subject", "path"), FORBIDDEN_BY_BASELINE)
def test_privileged_allows_everything(subject: Json, path: str) -> None:
    assert paths(subject, PodSecurity.BASELINE) == [path]
    assert paths(subject, PodSecurity.PRIVILEGED) == []


@pytest.mark.parametrize("field", ["initContainers", "ephemeralContainers"])
def test_every_kind_of_container_is_looked_at(field: str) -> None:
    helper = {"name": "helper", "image": "i", "securityContext": {"privileged": True}}
    subject = pod({field: [helper | {"ports": [{"hostPort": 1}]}]})
    expected = [f"{field}.0.securityContext.privileged", f"{field}.0.ports.0.hostPort"]
    assert paths(subject, PodSecurity.BASELINE) == expected


OPEN_BY_RESTRICTED = {
    "a hardened pod": pod(),
    "a pod in a user namespace, as root": pod({
        "hostUsers": False,
        "securityContext": {"seccompProfile": PROFILE, "runAsUser": 0},
    }),
    "a container that says it all itself": pod(
        {"securityContext": {}},
        securityContext=HARDENED | {"runAsNonRoot": True, "seccompProfile": PROFILE},
    ),
    "the capability of low ports": context(
        capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}
    ),
    "a user other than root": context(runAsUser=1000),
    "a Windows pod": pod(
        {"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": True}}, securityContext={}
    ),
    "a volume without a source": volume(),
    **{
        f"a volume of type {kind}": volume(**{kind: {}})
        for kind in (
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
    },
}
FORBIDDEN_BY_RESTRICTED = [
    (volume(nfs={"server": "s", "path": "/"}), ["volumes.0"]),
    (
        context(allowPrivilegeEscalation=True),
        ["main.securityContext.allowPrivilegeEscalation"],
    ),
    (
        pod(securityContext={"capabilities": {"drop": ["ALL"]}}),
        ["main.securityContext.allowPrivilegeEscalation"],
    ),
    (pod({"securityContext": {"seccompProfile": PROFILE}}), ["main.securityContext.runAsNonRoot"]),
    (pod_context(runAsNonRoot=False), ["securityContext.runAsNonRoot"]),
    (context(runAsNonRoot=False), ["main.securityContext.runAsNonRoot"]),
    (pod_context(runAsUser=0), ["securityContext.runAsUser"]),
    (context(runAsUser=0), ["main.securityContext.runAsUser"]),
    (pod({"securityContext": {"runAsNonRoot": True}}), ["main.securityContext.seccompProfile"]),
    (context(capabilities={}), ["main.securityContext.capabilities.drop"]),
    (context(capabilities={"drop": ["CHOWN"]}), ["main.securityContext.capabilities.drop"]),
    (
        context(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}),
        ["main.securityContext.capabilities.add.0"],
    ),
    (
        pod({"hostUsers": False}, securityContext=HARDENED | {"procMount": "Unmasked"}),
        ["main.securityContext.procMount"],
    ),
    (
        {"spec": {"containers": [{"name": "main"}]}},
        [
            "main.securityContext.allowPrivilegeEscalation",
            "main.securityContext.runAsNonRoot",
            "main.securityContext.seccompProfile",
            "main.securityContext.capabilities.drop",
        ],
    ),
]


@pytest.mark.parametrize("subject", OPEN_BY_RESTRICTED.values(), ids=OPEN_BY_RESTRICTED.keys())
def test_restricted_allows(subject: Json) -> None:
    assert paths(subject, PodSecurity.RESTRICTED) == []


@pytest.mark.parametrize(("subject", "expected"), FORBIDDEN_BY_RESTRICTED)
def test_restricted_forbids_and_baseline_does_not(subject: Json, expected: list[str]) -> None:
    assert paths(subject, PodSecurity.RESTRICTED) == expected
    assert paths(subject, PodSecurity.BASELINE) == []


@pytest.mark.parametrize(
    ("subject", "level", "refused_until", "allowed_from"),
    [
        (
            pod_context(sysctls=[{"name": "net.ipv4.tcp_rmem"}]),
            PodSecurity.BASELINE,
            "1.31",
            "1.32",
        ),
        (
            context(seLinuxOptions={"type": "container_engine_t"}),
            PodSecurity.BASELINE,
            "v1.30",
            "v1.31.4",
        ),
        (
            pod({"hostUsers": False}, securityContext=HARDENED | {"procMount": "Unmasked"}),
            PodSecurity.BASELINE,
            "1.34",
            "1.35",
        ),
        (
            pod({"hostUsers": False}, securityContext=HARDENED | {"runAsUser": 0}),
            PodSecurity.RESTRICTED,
            "1.34",
            "1.35",
        ),
        (
            pod({"os": {"name": "windows"}}, securityContext={"allowPrivilegeEscalation": False}),
            PodSecurity.RESTRICTED,
            "1.24",
            "1.25",
        ),
    ],
)
def test_later_versions_of_kubernetes_allow_more(
    subject: Json, level: PodSecurity, refused_until: str, allowed_from: str
) -> None:
    assert len(paths(subject, level, refused_until)) == 1
    assert paths(subject, level, allowed_from) == []
    assert paths(subject, level) == []


def test_hosts_of_probes_are_forbidden_since_1_34() -> None:
    subject = pod(livenessProbe={"httpGet": {"host": "h"}})
    assert paths(subject, PodSecurity.BASELINE, "1.33") == []
    assert paths(subject, PodSecurity.BASELINE, "1.34") == ["main.livenessProbe.httpGet.host"]


def test_a_finding_says_who_asks_for_what_and_what_to_do() -> None:
    (finding,) = podsecurity.check(context(privileged=True), PodSecurity.BASELINE)
    assert finding.message == (
        'the container "main" is privileged: baseline Pod Security forbids it'
    )
    assert finding.expected == "privileged: false, or nothing"
    assert finding.hint == "only a Template with podSecurity: privileged may ask for this"
    assert finding.severity is Severity.ERROR


def test_a_finding_of_restricted_says_which_level_asks_for_it() -> None:
    (finding,) = podsecurity.check(context(runAsUser=0), PodSecurity.RESTRICTED)
    assert finding.message == (
        'the container "main" runs as root: restricted Pod Security forbids it'
    )
    assert finding.hint == "a Template with podSecurity: baseline need not"


SYSCTLS = {
    "1.26": [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    ],
    "1.27": ["net.ipv4.ip_local_reserved_ports"],
    "1.29": [
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ],
    "1.32": ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
    "1.37": ["net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"],
}


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("1.0", 5),
        ("1.26", 5),
        ("1.27", 6),
        ("1.28", 6),
        ("1.29", 10),
        ("1.31", 10),
        ("1.32", 12),
        ("1.36", 12),
        ("1.37", 14),
        ("", 14),
    ],
)
def test_each_version_knows_the_sysctls_of_those_before_it(version: str, safe: int) -> None:
    known = [name for names in SYSCTLS.values() for name in names]
    subject = pod_context(sysctls=[{"name": name} for name in known])
    refused = paths(subject, PodSecurity.BASELINE, version)
    assert refused == [f"securityContext.sysctls.{index}.name" for index in range(safe, 14)]


@pytest.mark.parametrize("kind", ["container_t", "container_init_t", "container_kvm_t", ""])
def test_types_of_selinux_are_safe_in_every_version(kind: str) -> None:
    assert paths(context(seLinuxOptions={"type": kind}), PodSecurity.BASELINE, "1.0") == []


def test_what_container_runtimes_give_by_themselves_may_be_added() -> None:
    added = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"]
    added += ["NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"]
    assert paths(context(capabilities={"add": added}), PodSecurity.BASELINE) == []
