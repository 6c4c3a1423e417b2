"""A pod as KubeSpawner makes it from its configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from renderer.imports.commands import arguments_of
from renderer.imports.remarks import Remark, changed, left
from renderer.imports.splitting import MAIN

Config = Mapping[str, Any]
RESOURCES = frozenset({
    *("cpu_limit", "cpu_guarantee", "mem_limit", "mem_guarantee"),
    *("extra_resource_limits", "extra_resource_guarantees"),
})
PORT = {"name": "notebook-port", "containerPort": 8888}
# What these say, Octavo says itself: of names, of starting, and of what the hub asks.
SAID_ELSEWHERE = {
    "profile_list": "",
    "start_timeout": "",
    "http_timeout": "",
    "events_enabled": "",
    "pod_name_template": "",
    "namespace": "a Notebook says its own",
}
_BYTES = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)")
_HUMP = re.compile(r"_([a-z])")

# Fields of the pod's spec, of the container and of its security context, as they are.
POD_FIELDS = {
    "node_selector": "nodeSelector",
    "tolerations": "tolerations",
    "scheduler_name": "schedulerName",
    "priority_class_name": "priorityClassName",
    "runtime_class_name": "runtimeClassName",
    "service_account": "serviceAccountName",
    "automount_service_account_token": "automountServiceAccountToken",
}
CONTAINER_FIELDS = {
    "image_pull_policy": "imagePullPolicy",
    "lifecycle_hooks": "lifecycle",
    "working_dir": "workingDir",
}
CONTEXT_FIELDS = {
    "uid": "runAsUser",
    "gid": "runAsGroup",
    "privileged": "privileged",
    "allow_privilege_escalation": "allowPrivilegeEscalation",
}
POD_CONTEXT_FIELDS = {"fs_gid": "fsGroup", "supplemental_gids": "supplementalGroups"}
AFFINITIES = {
    "node_affinity_required": ("nodeAffinity", "required"),
    "node_affinity_preferred": ("nodeAffinity", "preferred"),
    "pod_affinity_required": ("podAffinity", "required"),
    "pod_affinity_preferred": ("podAffinity", "preferred"),
    "pod_anti_affinity_required": ("podAntiAffinity", "required"),
    "pod_anti_affinity_preferred": ("podAntiAffinity", "preferred"),
}
TAKEN = frozenset({
    *POD_FIELDS,
    *CONTAINER_FIELDS,
    *CONTEXT_FIELDS,
    *POD_CONTEXT_FIELDS,
    *AFFINITIES,
    *RESOURCES,
    *("image", "image_spec", "image_pull_secrets", "environment", "volumes", "volume_mounts"),
    *("init_containers", "extra_containers", "extra_labels", "extra_annotations", "port"),
    *("cmd", "args", "default_url", "notebook_dir", "pod_security_context"),
    *("container_security_context", "extra_container_config", "extra_pod_config"),
})


def with_overrides(config: Config, overrides: Config) -> dict[str, Any]:
    """The configuration as a profile changes it: maps merge, null removes, the rest replaces."""
    changed_one = dict(config)
    for key, value in overrides.items():
        before = changed_one.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            merged = with_overrides(before, value)
            changed_one[key] = {name: each for name, each in merged.items() if each is not None}
        else:
            changed_one[key] = value
    return changed_one


def untaken_of(config: Config, source: str, remarks: list[Remark]) -> None:
    """Remarks for what a configuration says and a pod does not have."""
    for key in sorted(config.keys() - TAKEN):
        if SAID_ELSEWHERE.get(key, key):
            advice = SAID_ELSEWHERE.get(key, "")
            remarks.append(left(source, f"kubespawner's {key}", advice))


def pod_of(config: Config, source: str, remarks: list[Remark]) -> dict[str, Any]:
    """The pod template, without the image, whose main container is called main."""
    get = config.get
    container: dict[str, Any] = {
        "name": MAIN,
        "args": arguments_of(config, source, remarks),
        "ports": [{**PORT, "containerPort": get("port") or PORT["containerPort"]}],
        **_renamed(config, CONTAINER_FIELDS),
        "env": variables(get("environment")),
        "resources": resources(config),
        "volumeMounts": items(get("volume_mounts")),
        "securityContext": {
            **_renamed(config, CONTEXT_FIELDS),
            **_camel(get("container_security_context")),
        },
        **_camel(get("extra_container_config")),
    }
    secrets = items(get("image_pull_secrets"), lambda each: {"name": each})
    spec: dict[str, Any] = {
        **_renamed(config, POD_FIELDS),
        "affinity": _affinity(config),
        "securityContext": {
            **_renamed(config, POD_CONTEXT_FIELDS),
            **_camel(get("pod_security_context")),
        },
        "imagePullSecrets": secrets,
        "initContainers": items(get("init_containers")),
        "containers": [said(container), *items(get("extra_containers"))],
        "volumes": items(get("volumes")),
        **_camel(get("extra_pod_config")),
    }
    metadata = said({
        "labels": _strings(get("extra_labels")),
        "annotations": _strings(get("extra_annotations")),
    })
    if _names_of(spec["containers"]) - {MAIN} and MAIN in _names_of(items(get("extra_containers"))):
        remarks.append(changed(source, "a container beside the notebook's is called main, too"))
    return said({"metadata": metadata, "spec": said(spec)})


def resources(config: Config) -> dict[str, Any]:
    """Requests and limits; JupyterHub counts memory in powers of 1024."""
    get = config.get
    limits = {
        "cpu": amount(get("cpu_limit")),
        "memory": memory(get("mem_limit")),
        **(get("extra_resource_limits") or {}),
    }
    requests = {
        "cpu": amount(get("cpu_guarantee")),
        "memory": memory(get("mem_guarantee")),
        **(get("extra_resource_guarantees") or {}),
    }
    return said({"requests": _strings(said(requests)), "limits": _strings(said(limits))})


def memory(written: Any) -> str:
    """`2G` of JupyterHub is `2Gi` of Kubernetes."""
    if isinstance(written, float):
        return str(int(written))
    text = amount(written)
    found = _BYTES.fullmatch(text)
    if found is None or not found[2]:
        return text
    return f"{found[1]}{found[2]}i"


def amount(written: Any) -> str:
    """The amount as text, or nothing."""
    return "" if written in (None, "", 0) else str(written)


def variables(written: Any) -> list[dict[str, Any]]:
    """Variables of a map of values, of values from elsewhere, or of whole variables."""
    if isinstance(written, list):
        return [dict(each) for each in written if isinstance(each, dict)]
    found = []
    for name, value in (written or {}).items():
        if isinstance(value, dict):
            found.append({"name": name, **value})
        elif value is not None:
            found.append({"name": name, "value": text(value)})
    return found


def text(value: Any) -> Any:
    """A value as a variable holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def items(written: Any, of_text: Callable[[str], Any] = str) -> list[Any]:
    """A list, also where it is a map whose keys only say the order."""
    if isinstance(written, dict):
        written = [written[key] for key in sorted(written)]
    elif isinstance(written, str):
        written = [written]
    found: Sequence[Any] = written or []
    return [of_text(each) if isinstance(each, str) else each for each in found if each is not None]


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: each for key, each in fields.items() if each not in (None, "", [], {})}


def _renamed(config: Config, names: Mapping[str, str]) -> dict[str, Any]:
    return said({field: config.get(trait) for trait, field in names.items()})


def _strings(written: Any) -> dict[str, Any]:
    return {key: text(value) for key, value in (written or {}).items() if value is not None}


def _camel(written: Any) -> dict[str, Any]:
    """Fields as Kubernetes spells them; KubeSpawner takes both spellings."""
    return {
        _HUMP.sub(lambda found: found[1].upper(), key): value
        for key, value in (written or {}).items()
    }


def _affinity(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for trait, (kind, strength) in AFFINITIES.items():
        terms = items(config.get(trait))
        if not terms:
            continue
        field = f"{strength}DuringSchedulingIgnoredDuringExecution"
        required_of_nodes = (kind, strength) == ("nodeAffinity", "required")
        value: Any = {"nodeSelectorTerms": terms} if required_of_nodes else terms
        found.setdefault(kind, {})[field] = value
    return found


def _names_of(containers: Sequence[Any]) -> set[str]:
    return {str(each.get("name")) for each in containers if isinstance(each, dict)}
