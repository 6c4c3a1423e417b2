"""Volumes of profiles: what Kubernetes says of the volume and of its mount, in one mapping."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from renderer import names

_UNSAFE = re.compile(r"[^a-zA-Z0-9.]")
_MOUNT = frozenset({
    "mountPath",
    "mountPropagation",
    "readOnly",
    "recursiveReadOnly",
    "subPath",
    "subPathExpr",
})


def volume_name(name: object) -> str:
    """A label of DNS for any name: `dataset` as it is, `My Data` as `my-data`."""
    plain = _UNSAFE.sub("-", str(name)).lower()
    return plain if names.is_dns_label(plain) else names.dns_label(str(name))


def mount_path(path: str | None, default: str, name: str) -> str:
    """Where a volume is seen; a relative path, or else the name, stands below the default."""
    return posixpath.join(default, path or name)


def split(volume: Mapping[str, Any], default: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The volume of the pod, and its mount in the container."""
    name = volume_name(volume["name"])
    said = {key: value for key, value in volume.items() if value is not None and key != "name"}
    mount = {key: value for key, value in said.items() if key in _MOUNT}
    source = {key: value for key, value in said.items() if key not in _MOUNT}
    path = mount_path(mount.get("mountPath"), default, name)
    return {"name": name, **source}, {"name": name, **mount, "mountPath": path}
