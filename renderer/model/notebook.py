"""What users write: the Notebook, whichever dialect it was written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from renderer.model.fragments import Reference
from renderer.model.subjects import Share, Subject
from renderer.position import Origin


class UpdatePolicy(StrEnum):
    """When a notebook takes what changed in the catalog."""

    AUTO = "Auto"
    ALWAYS = "Always"
    IGNORE = "Ignore"


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume at a path of the main container: a claim of ours, or one that exists (`claim`)."""

    name: str
    mount_path: str
    size: str = ""
    claim: str = ""
    storage_class: str | None = None
    access_mode: str = "ReadWriteOnce"
    read_only: bool = False
    keep: bool = True


@dataclass(frozen=True, slots=True)
class HomeChoice:
    """What a Notebook says of its home volume; what it leaves out is the Template's to say."""

    size: str = ""
    storage_class: str | None = None
    mount_path: str = ""
    claim: str = ""
    access_mode: str = ""
    keep: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Notebook:
    """One notebook of one owner.

    `template` is an inline PodTemplateSpec; `inline` says that it stands in for a Template.
    `spec` is what the Notebook resource in the cluster will carry.
    """

    name: str
    namespace: str
    origin: Origin
    spec: Mapping[str, Any]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owner: Subject | None = None
    sharing: tuple[Share, ...] = ()
    template_ref: Reference | None = None
    template: Mapping[str, Any] | None = None
    template_origin: Origin | None = None
    inline: bool = False
    options: tuple[Reference, ...] = ()
    size: str = ""
    image: str = ""
    parameters: Mapping[str, Any] | None = None
    resources: Mapping[str, Any] | None = None
    env: Sequence[Mapping[str, Any]] = ()
    home: HomeChoice | None = None
    volumes: tuple[Volume, ...] = ()
    shared_memory: str = ""
    ports: Sequence[Mapping[str, Any]] = ()
    service_account: str = ""
    stopped: bool = False
    update_policy: UpdatePolicy = UpdatePolicy.AUTO
    revision: str = ""
    history_limit: int | None = None
    ttl_seconds: int | None = None
    targets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"
