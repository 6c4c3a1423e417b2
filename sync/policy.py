"""What the agent may do, as its operator says: never what git or the cluster says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sync.errors import UsageError
from sync.objects import GroupKind


class Conflicts(StrEnum):
    """What becomes of a field that another manager owns with another value."""

    FAIL = "fail"
    FORCE = "force"
    YIELD = "yield"


_RBAC = "rbac.authorization.k8s.io"

DEFAULT_KINDS = frozenset((
    GroupKind("", "Namespace"),
    GroupKind("", "ResourceQuota"),
    GroupKind("", "LimitRange"),
    GroupKind("jackhoman.dev", "Notebook"),
    GroupKind("apps", "ControllerRevision"),
    GroupKind("", "ServiceAccount"),
    GroupKind(_RBAC, "Role"),
    GroupKind(_RBAC, "RoleBinding"),
    GroupKind("", "PersistentVolumeClaim"),
    GroupKind("", "Secret"),
    GroupKind("", "ConfigMap"),
    GroupKind("networking.k8s.io", "NetworkPolicy"),
    GroupKind("", "Service"),
    GroupKind("apps", "StatefulSet"),
    GroupKind("apps", "Deployment"),
    GroupKind("networking.istio.io", "VirtualService"),
    GroupKind("security.istio.io", "AuthorizationPolicy"),
    GroupKind("gateway.networking.k8s.io", "HTTPRoute"),
    GroupKind("networking.k8s.io", "Ingress"),
))
"""What Octavo's own charts can render, and what a notebook's companions are made of."""

_PROTECTED = frozenset(("kube-system", "kube-public", "kube-node-lease", "istio-system"))
_ANY = ("*",)
_LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PATTERN = re.compile(r"[a-z0-9*?\[\]!-]+")
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Policy:
    """The agent's own configuration. Namespaces and sources are names or globs.

    A companion leaves the bundles to whoever applies them, and sees to copies and status only.
    """

    agent: str = "octavo"
    namespaces: tuple[str, ...] = _ANY
    kinds: frozenset[GroupKind] = DEFAULT_KINDS
    conflicts: Conflicts = Conflicts.FAIL
    adopt: bool = False
    dependency_sources: tuple[str, ...] = _ANY
    allow_empty: bool = False
    prune_all: bool = False
    companion: bool = False

    def __post_init__(self) -> None:
        if not _LABEL_VALUE.fullmatch(self.agent):
            raise UsageError(
                f"{self.agent!a} cannot be the name of an agent: it becomes the value of a label, "
                "at most 63 letters, digits, '-', '_' and '.'"
            )
        if self.companion and (self.adopt or self.prune_all):
            raise UsageError(
                "--companion applies and removes no bundle: leave out --adopt and --prune-all"
            )
        for pattern in (*self.namespaces, *self.dependency_sources):
            if not _PATTERN.fullmatch(pattern):
                raise UsageError(f"{pattern!a} is neither a namespace nor a pattern of some")

    def allows_namespace(self, namespace: str) -> bool:
        """Whether bundles may be applied there."""
        return _named(namespace, self.namespaces)

    def allows_source(self, namespace: str) -> bool:
        """Whether dependencies may be copied from there."""
        return _named(namespace, self.dependency_sources)

    def namespaces_listed(self) -> tuple[str, ...] | None:
        """The namespaces, sorted, where all are named literally; None where there is a glob."""
        if any(map(_GLOB.search, self.namespaces)):
            return None
        return tuple(sorted(set(self.namespaces)))


def _named(namespace: str, patterns: tuple[str, ...]) -> bool:
    """Named literally, or matched by a pattern and none of the cluster's own namespaces."""
    if namespace in patterns:
        return True
    return namespace not in _PROTECTED and any(fnmatchcase(namespace, at) for at in patterns)
