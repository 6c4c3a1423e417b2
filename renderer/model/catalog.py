"""What platform teams write: Templates, PodDefaults, Sizes and what they consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from renderer.model.fragments import Fragment, Reference
from renderer.position import Origin


class PodSecurity(StrEnum):
    """The Pod Security Standard that a composed pod must meet."""

    PRIVILEGED = "privileged"
    BASELINE = "baseline"
    RESTRICTED = "restricted"


class Override(StrEnum):
    """A part of the pod that a Notebook may set for itself."""

    RESOURCES = "resources"
    ENV = "env"
    VOLUMES = "volumes"
    IMAGE = "image"
    SIZE = "size"
    PORTS = "ports"
    SHARED_MEMORY = "sharedMemory"
    SERVICE_ACCOUNT = "serviceAccountName"
    TEMPLATE = "template"


DEFAULT_OVERRIDES = frozenset({
    Override.RESOURCES,
    Override.ENV,
    Override.VOLUMES,
    Override.IMAGE,
    Override.SIZE,
    Override.PORTS,
    Override.SHARED_MEMORY,
})


@dataclass(frozen=True, slots=True)
class Image:
    """An image that a Template offers, chosen by its id."""

    id: str
    image: str
    display_name: str = ""
    description: str = ""
    default: bool = False
    hidden: bool = False
    deprecated: str = ""
    redirect_to: str = ""
    redirect_message: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The volume that keeps a user's home; a Notebook may change size and storage class."""

    size: str
    mount_path: str
    storage_class: str | None = None
    max_size: str = ""
    access_mode: str = "ReadWriteOnce"


@dataclass(frozen=True, slots=True)
class Match:
    """Which notebooks a PodDefault is applied to by itself; every given condition must hold.

    Entries are shell globs. `labels` are label selector requirements `(key, operator, values)`.
    """

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    labels: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A whole pod spec, and what a Notebook may choose about it."""

    name: str
    namespace: str
    fragment: Fragment
    origin: Origin
    display_name: str = ""
    description: str = ""
    hidden: bool = False
    deprecated: str = ""
    required: tuple[Reference, ...] = ()
    options: tuple[Reference, ...] | None = None
    images: tuple[Image, ...] = ()
    sizes: tuple[str, ...] | None = None
    default_size: str = ""
    parameters: Mapping[str, Any] | None = None
    home: Home | None = None
    shared_memory: str = ""
    overrides: frozenset[Override] = DEFAULT_OVERRIDES
    limits: Mapping[str, Any] | None = None
    pod_security: PodSecurity = PodSecurity.BASELINE
    namespaces: tuple[str, ...] = ("*",)
    network_policy: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PodDefault:
    """A fragment that Templates require, Notebooks elect, or that applies where it matches."""

    name: str
    namespace: str
    fragment: Fragment
    origin: Origin
    display_name: str = ""
    description: str = ""
    match: Match | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """A named amount of resources, as a fragment for the main container."""

    name: str
    namespace: str
    fragment: Fragment
    origin: Origin
    display_name: str = ""
    description: str = ""
    resources: Mapping[str, Any] | None = None
