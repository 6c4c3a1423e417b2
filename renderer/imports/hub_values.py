"""The `singleuser` values of zero-to-jupyterhub as KubeSpawner's configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.imports.remarks import Remark, changed, left, to_do
from renderer.imports.secrets import ADVICE
from renderer.imports.spawner import items
from renderer.imports.taking import Taking

HOME = "/home/jovyan"
STANDARD_IMAGE = "quay.io/jupyterhub/k8s-singleuser-sample"
# The traits of KubeSpawner by where the chart has them; what stands behind is the chart's default.
TRAITS: Mapping[str, tuple[str, Any]] = {
    "image_pull_policy": ("image.pullPolicy", None),
    "extra_labels": ("extraLabels", None),
    "extra_annotations": ("extraAnnotations", None),
    "uid": ("uid", 1000),
    "fs_gid": ("fsGid", 100),
    "service_account": ("serviceAccountName", None),
    "node_selector": ("nodeSelector", None),
    "node_affinity_required": ("extraNodeAffinity.required", None),
    "pod_affinity_required": ("extraPodAffinity.required", None),
    "pod_affinity_preferred": ("extraPodAffinity.preferred", None),
    "pod_anti_affinity_required": ("extraPodAntiAffinity.required", None),
    "pod_anti_affinity_preferred": ("extraPodAntiAffinity.preferred", None),
    "lifecycle_hooks": ("lifecycleHooks", None),
    "init_containers": ("initContainers", None),
    "extra_containers": ("extraContainers", None),
    "mem_limit": ("memory.limit", None),
    "mem_guarantee": ("memory.guarantee", "1G"),
    "cpu_limit": ("cpu.limit", None),
    "cpu_guarantee": ("cpu.guarantee", None),
    "extra_resource_limits": ("extraResource.limits", None),
    "extra_resource_guarantees": ("extraResource.guarantees", None),
    "environment": ("extraEnv", None),
    "extra_pod_config": ("extraPodConfig", None),
    "cmd": ("cmd", None),
    "default_url": ("defaultUrl", None),
    "allow_privilege_escalation": ("allowPrivilegeEscalation", False),
}
PURPOSE = {"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}
DEDICATED = ("hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated")
QUIET = ("startTimeout", "events", "profileList", "podNameTemplate")
PEOPLE = {
    "admin_users": "admins of octavo.yaml may do everything with every notebook",
    "allowed_users": "give each a Notebook file, or let them add one: octavo new notebook",
}
SECTIONS = {
    "hub": "the hub itself has no counterpart: who may do what is said in files",
    "proxy": "routing in octavo.yaml takes its place",
    "ingress": "routing in octavo.yaml takes its place",
    "httpRoute": "routing in octavo.yaml takes its place",
    "cull": "a culler that scales StatefulSets to 0 is respected by every sync",
    "prePuller": "images are pulled when a notebook starts",
    "scheduling": "a Template's pod says where it is scheduled",
    "imagePullSecret": ADVICE,
    "custom": "code of your own read it",
    "rbac": "",
    "debug": "",
    "global": "",
}
UNREAD = {
    "networkTools": "a NetworkPolicy can keep pods from the cloud's metadata",
    "cloudMetadata": "a NetworkPolicy can keep pods from the cloud's metadata",
    "extraFiles": "put them into a ConfigMap or a Secret that a PodDefault mounts",
    "networkPolicy": "a NetworkPolicy of your own, as a file in charts/notebook/",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """KubeSpawner's configuration, fields of every Template, the profiles, where homes are."""

    config: Mapping[str, Any]
    template: Mapping[str, Any]
    profiles: Any
    home: str = field(default=HOME)


def understood(values: Mapping[str, Any], file: str, remarks: list[Remark]) -> Understood:
    """What the chart makes of these values."""
    user = Taking(values.get("singleuser") or {})
    config = {trait: user.take(path, default) for trait, (path, default) in TRAITS.items()}
    config |= {
        "image": _image(user),
        "automount_service_account_token": False if not config["service_account"] else None,
        "image_pull_secrets": [
            *items(values.get("imagePullSecrets")),
            *items(user.take("image.pullSecrets")),
        ],
        "tolerations": list(_tolerations(user, values)),
        "node_affinity_required": [*items(config["node_affinity_required"])],
        "node_affinity_preferred": [*items(user.take("extraNodeAffinity.preferred"))],
    }
    _node_purpose(values, config)
    template: dict[str, Any] = {"overrides": ["image", "size", "volumes"]}
    home = _storage(user, config, template)
    if user.take("networkPolicy.enabled", default=True):
        template["networkPolicy"] = True
        message = "pods are closed to their neighbours; what they may reach is not limited"
        remarks.append(
            changed(f"{file}: singleuser.networkPolicy", message, UNREAD["networkPolicy"])
        )
    if user.take("cloudMetadata.blockWithIptables", default=True):
        message = "the chart kept pods from the cloud's metadata by a privileged container"
        remarks.append(to_do(file, message, UNREAD["cloudMetadata"]))
    for path in QUIET:
        user.take(path)
    for path in user.leftovers():
        advice = UNREAD.get(path.partition(".")[0], "")
        remarks.append(left(f"{file}: singleuser.{path}", "nothing here says this", advice))
    remarks.extend(_sections(values, file))
    return Understood(config, template, user.take("profileList"), home)


def _image(user: Taking) -> str:
    name, tag = user.take("image.name", STANDARD_IMAGE), user.take("image.tag", "")
    return f"{name}:{tag}" if tag != "" else str(name)


def _tolerations(user: Taking, values: Mapping[str, Any]) -> Iterator[Any]:
    """Those of the chart, which every pod of a user has, and those that were added."""
    whole = Taking(values)
    standard = [
        {"key": key, "operator": "Equal", "value": "user", "effect": "NoSchedule"}
        for key in DEDICATED
    ]
    yield from items(whole.take("scheduling.userPods.tolerations", standard))
    yield from items(user.take("extraTolerations"))


def _node_purpose(values: Mapping[str, Any], config: dict[str, Any]) -> None:
    match Taking(values).take("scheduling.userPods.nodeAffinity.matchNodePurpose", "prefer"):
        case "prefer":
            preferred = {"weight": 100, "preference": {"matchExpressions": [PURPOSE]}}
            config["node_affinity_preferred"].append(preferred)
        case "require":
            config["node_affinity_required"].append({"matchExpressions": [PURPOSE]})
        case _:
            return


def _storage(user: Taking, config: dict[str, Any], template: dict[str, Any]) -> str:
    """Where homes are mounted; what keeps them, as the chart's kinds of storage have it."""
    home = str(user.take("storage.homeMountPath", HOME))
    capacity = str(user.take("storage.capacity", "10Gi"))
    claim, path = user.take("storage.static.pvcName"), user.take("storage.static.subPath")
    volumes = items(user.take("storage.extraVolumes"))
    mounts = items(user.take("storage.extraVolumeMounts"))
    dynamic = {
        field: user.take(f"storage.dynamic.{field}")
        for field in ("storageClass", "storageAccessModes", "pvcNameTemplate", "volumeNameTemplate")
    }
    match user.take("storage.type", "dynamic"):
        case "dynamic":
            offered = {"size": capacity, "maxSize": capacity, "mountPath": home}
            if dynamic["storageClass"]:
                offered["storageClassName"] = dynamic["storageClass"]
            modes = items(dynamic["storageAccessModes"])
            template["home"] = {**offered, **({"accessMode": modes[0]} if modes else {})}
        case "static" if claim:
            volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": claim}}, *volumes]
            mount = {"name": "home", "mountPath": home, "subPath": path or "{username}"}
            mounts = [mount, *mounts]
        case _:
            pass
    config |= {"volumes": volumes, "volume_mounts": mounts}
    return home


def _people(values: Mapping[str, Any], file: str) -> Iterator[Remark]:
    """Whom the hub knew by name."""
    hub = values.get("hub") if isinstance(values.get("hub"), dict) else {}
    config = (hub or {}).get("config")
    for authenticator in (config if isinstance(config, dict) else {}).values():
        for key, advice in PEOPLE.items():
            named = authenticator.get(key) if isinstance(authenticator, dict) else None
            if isinstance(named, list) and named:
                yield to_do(f"{file}: {key}", ", ".join(map(str, named)), advice)


def _sections(values: Mapping[str, Any], file: str) -> Iterator[Remark]:
    yield from _people(values, file)
    for key in sorted(values.keys() - {"singleuser", "imagePullSecrets"}):
        if values[key] not in (None, {}, [], ""):
            yield left(f"{file}: {key}", "nothing here says this", SECTIONS.get(key, ""))
