"""What differs per installation: `octavo.yaml`, with a default for everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from renderer.model.consumers import Consumers
from renderer.model.subjects import Subject

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Routing(StrEnum):
    """How a browser reaches a notebook."""

    NONE = "none"
    ISTIO = "istio"
    GATEWAY = "gateway"
    INGRESS = "ingress"
    AMBASSADOR = "ambassador"


@dataclass(frozen=True, slots=True)
class Route:
    """How notebooks are reached in this installation."""

    kind: Routing = Routing.NONE
    host: str = ""
    scheme: str = "https"
    prefix: str = "/notebook"
    gateway: str = ""
    ingress_class: str = ""
    tls_secret: str = ""
    user_header: str = "kubeflow-userid"
    group_header: str = "kubeflow-groups"
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamespacePolicy:
    """What a namespace is given once, besides its notebooks."""

    owner: Subject | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    quota: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[Mapping[str, Any], ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A place of bundles, and what is true there; a branch or path that is empty is not said."""

    name: str
    branch: str = ""
    path: str = ""
    route: Route = field(default_factory=Route)
    values: Mapping[str, Any] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Who is who on the forge. `identities` are users by login; without any, logins are users.

    `teams` are a forge's names of groups, `anyone` the globs of what is nobody's.
    """

    identities: Mapping[str, str] | None = None
    teams: Mapping[str, str] = field(default_factory=dict)
    anyone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of `octavo.yaml`."""

    route: Route = field(default_factory=Route)
    kubernetes: str = ""
    admins: tuple[Subject, ...] = ()
    catalog: str = "catalog"
    notebooks: str = "notebooks"
    charts: str = "charts"
    output: str = "rendered"
    create_namespaces: bool = True
    allowed_namespaces: tuple[str, ...] = ("*",)
    inline: tuple[str, ...] | None = None
    namespace_defaults: NamespacePolicy = field(default_factory=NamespacePolicy)
    namespaces: Mapping[str, NamespacePolicy] = field(default_factory=dict)
    network_policy: bool = False
    revision_history_limit: int = 3
    cluster_domain: str = "cluster.local"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    review: Reviewing = field(default_factory=Reviewing)
    targets: tuple[Target, ...] = ()
    consumers: Consumers = field(default_factory=Consumers)
    values: Mapping[str, Any] = field(default_factory=dict)
