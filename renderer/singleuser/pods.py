"""What a profile does to a pod. The pod is changed in place, and a second time changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from renderer import names
from renderer.compose.finish import in_order_of_reference
from renderer.errors import UsageError
from renderer.profiles import environment, resources, scheduling
from renderer.profiles.volumes import split
from renderer.singleuser.fields import held, read, write
from renderer.singleuser.merging import Profile, copied

USER_LABEL = "jupyterhub.opendatahub.io/user"
USER_VARIABLE = "JUPYTERHUB_USER_NAME"
MEMORY_VARIABLE = "MEM_LIMIT"
GPU = "nvidia.com/gpu"
ALL_TYPES = "ALL"
SELINUX = "selinux"
PRIVILEGED = "privileged"
# What the containers of GPU nodes run as under SELinux.
_SELINUX_TYPE = "nvidia_container_t"

Items = Iterable[Mapping[str, Any]]


def apply_labels(pod: Any, username: str, labels: Mapping[str, Any] | None) -> None:
    """The profile's labels, and whose pod it is."""
    own = read(pod, "metadata", "labels") or {}
    user = names.label_value(names.kubespawner_escape(username))
    added = {key: str(value) for key, value in (labels or {}).items()}
    write(pod, "metadata", "labels", value={**own, **added, USER_LABEL: user})


def apply_volumes(pod: Any, volumes: Items | None, default_mount_path: str) -> None:
    """Volumes by name, mounts by path: of each the profile's is the one that stays."""
    pairs = [split(volume, default_mount_path) for volume in volumes or ()]
    if not pairs:
        return
    main = main_container(pod)
    _add(pod, ("spec", "volumes"), "name", [volume for volume, _ in pairs])
    _add(main, ("volumeMounts",), "mountPath", [mount for _, mount in pairs])


def apply_environment(pod: Any, env: Any) -> None:
    if entries := environment.as_list(env):
        _add_variables(main_container(pod), entries)


def apply_resources(pod: Any, written: Mapping[str, Any] | None) -> None:
    """Over what the container has, name by name; its memory's limit is told to what runs in it."""
    wanted = _in_text(resources.normal(written))
    if not wanted:
        return
    main = main_container(pod)
    write(main, "resources", value=resources.merged(read(main, "resources") or {}, wanted))
    if limit := wanted.get("limits", {}).get(resources.MEMORY):
        _add_variables(main, [{"name": MEMORY_VARIABLE, "value": resources.in_bytes(limit)}])


def apply_username(pod: Any, username: str) -> None:
    for container in held(pod, "spec", "containers") or ():
        _add_variables(container, [{"name": USER_VARIABLE, "value": username}])


def apply_scheduling(pod: Any, tolerations: Items | None, affinity: Profile | None) -> None:
    """Added to what the pod has: all of it holds. Both fields are there afterwards, maybe empty."""
    tolerated = read(pod, "spec", "tolerations") or []
    joined = scheduling.joined_tolerations(tolerated, list(map(copied, tolerations or ())))
    write(pod, "spec", "tolerations", value=joined)
    own = read(pod, "spec", "affinity") or {}
    both = scheduling.joined_affinity(own.get("nodeAffinity") or {}, copied(affinity or {}))
    write(pod, "spec", "affinity", value={**own, "nodeAffinity": both})


def apply_gpus(pod: Any, count: object, mode: str | None) -> bool:
    """As many GPUs as asked for, and what the nodes that have some need; False where it is none."""
    number = _number(count)
    if not number:
        return False
    amount = {GPU: str(number)}
    main = main_container(pod)
    wanted = {"requests": amount, "limits": amount}
    write(main, "resources", value=resources.merged(read(main, "resources") or {}, wanted))
    if mode == SELINUX:
        _confine(pod, main)
    if mode == PRIVILEGED:
        _set_free(main)
    return True


def tolerations_of(gpu_types: Items | None, selected: str) -> list[Mapping[str, Any]]:
    """The tolerations of the selected type of GPU, or of all of them."""
    types = list(gpu_types or ())
    if selected != ALL_TYPES:
        types = [each for each in types if each.get("type") == selected][:1]
    return [item for each in types for item in each.get("node_tolerations") or ()]


def main_container(pod: Any) -> Any:
    """The first one: KubeSpawner's own."""
    containers = held(pod, "spec", "containers")
    if not containers:
        raise UsageError("the pod has no container that a profile could be applied to")
    return containers[0]


def _confine(pod: Any, main: Any) -> None:
    context = read(pod, "spec", "securityContext") or {}
    options = {**context.get("seLinuxOptions", {}), "type": _SELINUX_TYPE}
    write(pod, "spec", "securityContext", value={**context, "seLinuxOptions": options})
    own = read(main, "securityContext") or {}
    capabilities = {**own.get("capabilities", {}), "drop": ["ALL"]}
    write(main, "securityContext", value={**own, "capabilities": capabilities})


def _set_free(main: Any) -> None:
    """No API server takes a privileged container that may not escalate its privileges."""
    own = read(main, "securityContext") or {}
    if own.get("allowPrivilegeEscalation") is False:
        del own["allowPrivilegeEscalation"]
    write(main, "securityContext", value={**own, "privileged": True})


def _add(owner: Any, path: tuple[str, ...], key: str, items: Items) -> None:
    """Items to a list, each in place of the one that has the same key."""
    own = read(owner, *path) or []
    both = {item.get(key): item for item in (*own, *map(copied, items))}
    write(owner, *path, value=list(both.values()))


def _add_variables(container: Any, entries: Items) -> None:
    own = read(container, "env") or []
    env = environment.merged(own, map(copied, entries))
    write(container, "env", value=list(in_order_of_reference({"env": env})["env"]))


def _in_text(written: Mapping[str, Any]) -> dict[str, Any]:
    """The resources with their amounts as clients and API servers take them."""
    return {
        key: {name: str(amount) for name, amount in value.items()}
        if key in resources.SIDES
        else copied(value)
        for key, value in written.items()
    }


def _number(count: object) -> int:
    try:
        return max(int(str(count or 0)), 0)
    except ValueError:
        raise UsageError(f"gpu must be a whole number, not {str(count)[:20]!r}") from None
