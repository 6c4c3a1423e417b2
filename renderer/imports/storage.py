"""Which volumes of a pod its notebook brought, and which belong to the pod's kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renderer.imports.servers import Server
from renderer.names import is_dns_label
from renderer.quantity import parse

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a path in the container
# A volume of a Notebook cannot be called like those that Octavo makes, nor stand there.
TAKEN_NAMES = ("home", "shared-memory")
TAKEN_PATHS = ("/", "/dev", "/etc", "/proc", "/sys")
PLAIN_MOUNT = frozenset({"name", "mountPath", "readOnly"})
PLAIN_CLAIM = frozenset({"claimName", "readOnly"})


@dataclass(frozen=True, slots=True)
class Storage:
    """The home, the volumes and the shared memory of a Notebook; what stays in its pod."""

    home: Mapping[str, Any]
    volumes: tuple[Mapping[str, Any], ...]
    shared_memory: str
    rest_volumes: tuple[Mapping[str, Any], ...]
    rest_mounts: tuple[Mapping[str, Any], ...]


def storage_of(spec: Mapping[str, Any], container: Mapping[str, Any], server: Server) -> Storage:
    """Sorts the volumes that only the main container mounts, once and whole."""
    written = spec.get("volumes") or []
    mounts = container.get("volumeMounts") or []
    uses = Counter(_uses(spec))
    single = {mount["name"]: mount for mount in mounts if uses[mount["name"]] == 1}
    home: dict[str, Any] = {}
    volumes: list[dict[str, Any]] = []
    shared_memory, taken = "", set()
    names = {volume["name"] for volume in written}
    for volume in written:
        mount = single.get(volume["name"])
        is_free = "home" not in names - {volume["name"]}
        if mount is None or not _is_plain(mount):
            continue
        claim = _claim(volume)
        if not shared_memory and _is_shared(mount) and _memory(volume):
            shared_memory = _memory(volume)
        elif claim is None or not _may_stand(mount["mountPath"]):
            continue
        elif not home and is_free and _is_home(mount, claim, server.home):
            home = {"claimName": claim["claimName"], "mountPath": mount["mountPath"]}
        else:
            volumes.append(_volume(volume["name"], mount, claim, names))
        taken.add(volume["name"])
    return Storage(
        home,
        tuple(volumes),
        shared_memory,
        tuple(volume for volume in written if volume["name"] not in taken),
        tuple(mount for mount in mounts if mount["name"] not in taken),
    )


def _uses(spec: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or []:
            for field in ("volumeMounts", "volumeDevices"):
                yield from (str(mount["name"]) for mount in container.get(field) or [])


def _is_plain(mount: Mapping[str, Any]) -> bool:
    return PLAIN_MOUNT.issuperset(mount)


def _is_shared(mount: Mapping[str, Any]) -> bool:
    """Whether this is where processes share memory; a Notebook's own may always be written."""
    return mount["mountPath"] == SHARED_MEMORY and not mount.get("readOnly")


def _may_stand(path: str) -> bool:
    plain = path.rstrip("/") or "/"
    kept = plain in TAKEN_PATHS or plain.startswith("/var/run/secrets/kubernetes.io")
    return path.startswith("/") and not kept and ":" not in path and ".." not in path.split("/")


def _claim(volume: Mapping[str, Any]) -> Mapping[str, Any] | None:
    claim = volume.get("persistentVolumeClaim")
    if not isinstance(claim, dict) or not PLAIN_CLAIM.issuperset(claim):
        return None
    return claim if is_dns_label(str(volume["name"])) else None


def _memory(volume: Mapping[str, Any]) -> str:
    source = volume.get("emptyDir") or {}
    size = source.get("sizeLimit")
    fits = source.get("medium") == "Memory" and (parse(size) or 0) > 0
    return str(size) if fits else ""


def _is_home(mount: Mapping[str, Any], claim: Mapping[str, Any], home: str) -> bool:
    is_read_only = mount.get("readOnly") or claim.get("readOnly")
    return mount["mountPath"].rstrip("/") == home and not is_read_only


def _volume(
    name: str, mount: Mapping[str, Any], claim: Mapping[str, Any], names: set[str]
) -> dict[str, Any]:
    free = name
    while free in TAKEN_NAMES or (free != name and free in names):
        free = f"{free}-data"
    volume = {"name": free, "mountPath": mount["mountPath"], "claimName": claim["claimName"]}
    if mount.get("readOnly") or claim.get("readOnly"):
        volume["readOnly"] = True
    return volume
