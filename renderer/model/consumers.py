"""Who else brings a cluster to what the bundles say: Argo CD, Flux, and where they find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Repository:
    """Where bundles stand, as a cluster reaches it; the root is the empty path."""

    url: str
    branch: str = "main"
    path: str = ""

    def below(self, branch: str, path: str) -> Repository:
        """The place of a target: its own branch, if it has one, and its path below ours."""
        joined = "/".join(filter(None, (self.path, path)))
        return replace(self, branch=branch or self.branch, path=joined)


@dataclass(frozen=True, slots=True)
class ArgoCD:
    """One Application for each bundle. A cluster is the URL of its API server, or a name."""

    name: str = "octavo"
    namespace: str = "argocd"
    cluster: str = "https://kubernetes.default.svc"
    clusters: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    progressive: bool = False


@dataclass(frozen=True, slots=True)
class Flux:
    """One Kustomization for each bundle; a source that is named exists already."""

    name: str = "octavo"
    namespace: str = "flux-system"
    source: str = ""
    secret: str = ""
    service_account: str = ""
    interval: str = "10m"
    retry_interval: str = "1m"
    timeout: str = "3m"
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Consumers:
    """Those that manifests are rendered for."""

    repository: Repository | None = None
    argocd: ArgoCD | None = None
    flux: Flux | None = None

    def on(self, target: str, branch: str, path: str) -> Consumers:
        """The consumers of one target among several: named after it, and at its place."""
        argocd, flux = self.argocd, self.flux
        return Consumers(
            self.repository and self.repository.below(branch, path),
            argocd
            and replace(
                argocd,
                name=f"{argocd.name}-{target}",
                cluster=argocd.clusters.get(target, argocd.cluster),
            ),
            flux and replace(flux, name=f"{flux.name}-{target}"),
        )
