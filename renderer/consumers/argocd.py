"""Argo CD: an ApplicationSet that makes an Application of each bundle, and their AppProject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from renderer import labels
from renderer.bundle import KUSTOMIZATION, MARK, Bundle, listing
from renderer.consumers.health import LUA, LUA_KEY
from renderer.model.consumers import ArgoCD, Repository
from renderer.model.settings import Routing, Settings
from renderer.names import LABEL_LIMIT
from renderer.verdict import RESERVED_NAMESPACES
from renderer.yamlio import emit

# Groups and kinds.
Kinds: TypeAlias = frozenset[tuple[str, str]]
DIRECTORY = "argocd"
PART = f"{labels.GROUP}/bundle"
# Taken off the repository, these would take every notebook with them.
_STAYS = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
_RBAC = "rbac.authorization.k8s.io"
_NETWORKING = "networking.k8s.io"
KINDS = (
    ("", "ConfigMap"),
    ("", "LimitRange"),
    ("", "PersistentVolumeClaim"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "ControllerRevision"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    (labels.GROUP, "Notebook"),
    (_NETWORKING, "NetworkPolicy"),
    (_RBAC, "Role"),
    (_RBAC, "RoleBinding"),
)
ROUTES = {
    Routing.NONE: (),
    Routing.ISTIO: (
        ("networking.istio.io", "VirtualService"),
        ("security.istio.io", "AuthorizationPolicy"),
    ),
    Routing.GATEWAY: (("gateway.networking.k8s.io", "HTTPRoute"),),
    Routing.INGRESS: ((_NETWORKING, "Ingress"),),
    Routing.AMBASSADOR: (),
}


def argocd_bundle(
    settings: Settings, argocd: ArgoCD, repository: Repository, kinds: Kinds = frozenset()
) -> Bundle:
    """What is applied to Argo CD's own namespace, and beside it a patch for its settings.

    The kinds are those that bundles hold besides Octavo's own.
    """
    allowed = frozenset({*KINDS, *ROUTES[settings.route.kind], *_more(argocd), *kinds})
    objects = {
        "appproject.yaml": _project(settings, argocd, repository, allowed),
        "applicationset.yaml": _application_set(argocd, repository),
    }
    files = {name: MARK + emit(value) for name, value in objects.items()}
    # Not in the list: a ConfigMap of others is patched, and never made or taken away.
    patch = MARK + emit({"data": {LUA_KEY: LUA}})
    listed = listing(tuple(files))
    return Bundle(DIRECTORY, {KUSTOMIZATION: listed, **files, "argocd-cm-patch.yaml": patch})


def _metadata(argocd: ArgoCD) -> dict[str, Any]:
    return {
        "name": argocd.name,
        "namespace": argocd.namespace,
        "labels": {labels.MANAGED_BY: "octavo"},
        "annotations": _STAYS,
    }


# --- the project


def _project(
    settings: Settings, argocd: ArgoCD, repository: Repository, kinds: Kinds
) -> dict[str, Any]:
    allowed = settings.allowed_namespaces
    cluster = _destination(argocd)
    spaces = [*allowed, *_reserved(allowed)]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": _metadata(argocd),
        "spec": {
            "description": "Notebooks, as Octavo renders them",
            "sourceRepos": [repository.url],
            "destinations": [{**cluster, "namespace": space} for space in spaces],
            "clusterResourceWhitelist": list(_namespaces(settings)),
            "namespaceResourceWhitelist": [
                {"group": group, "kind": kind} for group, kind in sorted(kinds)
            ],
        },
    }


def _destination(argocd: ArgoCD) -> dict[str, str]:
    key = "server" if "://" in argocd.cluster else "name"
    return {key: argocd.cluster}


def _reserved(allowed: tuple[str, ...]) -> Iterator[str]:
    """The cluster's own namespaces, which a plain star does not mean."""
    for prefix in RESERVED_NAMESPACES if "*" in allowed else ():
        if not any(glob.startswith(prefix) for glob in allowed):
            yield f"!{prefix}*"


def _namespaces(settings: Settings) -> Iterator[dict[str, str]]:
    if settings.create_namespaces:
        for glob in settings.allowed_namespaces:
            named = {} if glob == "*" else {"name": glob.replace("[!", "[^")}
            yield {"group": "", "kind": "Namespace", **named}


def _more(argocd: ArgoCD) -> Iterator[tuple[str, str]]:
    for each in argocd.kinds:
        kind, _, group = each.partition(".")
        yield group, kind


# --- the applications


def _application_set(argocd: ArgoCD, repository: Repository) -> dict[str, Any]:
    above = f"{_GLOB.sub(_escaped, repository.path)}/" if repository.path else ""
    directories = [{"path": f"{above}namespaces/*"}, {"path": f"{above}notebooks/*/*"}]
    source = {"repoURL": repository.url, "revision": repository.branch}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": _metadata(argocd),
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"git": {**source, "directories": directories}}],
            **(_PROGRESSIVE if argocd.progressive else {}),
            "syncPolicy": {"applicationsSync": "sync", "preserveResourcesOnDeletion": False},
            "template": _application(argocd, repository),
        },
    }


# A name of a file that is a pattern elsewhere.
_GLOB = re.compile(r"[*?\[\\]")


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


_PROGRESSIVE = {
    "strategy": {
        "type": "RollingSync",
        "rollingSync": {
            "steps": [
                {"matchExpressions": [{"key": PART, "operator": "In", "values": [part]}]}
                for part in ("namespaces", "notebooks")
            ]
        },
    }
}


def _application(argocd: ArgoCD, repository: Repository) -> dict[str, Any]:
    depth = len(repository.path.split("/")) if repository.path else 0
    return {
        "metadata": {
            "name": _NAME.format(name=argocd.name, depth=depth + 1, limit=LABEL_LIMIT),
            "labels": {
                labels.MANAGED_BY: "octavo",
                PART: f"{{{{ index .path.segments {depth} }}}}",
            },
            "annotations": {
                # Compared as the server would leave it, so that its defaults are no difference.
                "argocd.argoproj.io/compare-options": "ServerSideDiff=true",
                # A commit concerns only those whose own directory it changes.
                "argocd.argoproj.io/manifest-generate-paths": ".",
            },
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": argocd.name,
            "source": {
                "repoURL": repository.url,
                "targetRevision": repository.branch,
                "path": "{{ .path.path }}",
            },
            "destination": {
                **_destination(argocd),
                "namespace": f"{{{{ index .path.segments {depth + 1} }}}}",
            },
            "syncPolicy": _SYNC,
        },
    }


# What is too long for a label is cut, and ends in a hash of the whole.
_NAME = (
    '{{{{ $name := printf "{name}.%s" (join "." (slice .path.segments {depth})) }}}}'
    "{{{{ if le (len $name) {limit} }}}}{{{{ $name }}}}"
    '{{{{ else }}}}{{{{ trunc 52 $name | trimAll "-." }}}}-{{{{ sha256sum $name | trunc 10 }}}}'
    "{{{{ end }}}}"
)

# A namespace may come after its notebooks, a dependency hours later: nothing gives up, and each
# attempt takes the newest commit.
_SYNC = {
    "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
    "syncOptions": [
        "ServerSideApply=true",
        "ApplyOutOfSyncOnly=true",
        "CreateNamespace=false",
        "FailOnSharedResource=true",
    ],
    "retry": {
        "limit": -1,
        "refresh": True,
        "backoff": {"duration": "5s", "factor": 2, "maxDuration": "5m"},
    },
}
