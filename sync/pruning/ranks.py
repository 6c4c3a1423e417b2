"""In which order strays are deleted."""

from __future__ import annotations

from collections.abc import Iterable

from sync.pruning.strays import Stray

# What lets people in goes first, what keeps them out stays until nothing is behind it.
RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (
            "StatefulSet",
            "Deployment",
            "Service",
            "AuthorizationPolicy",
            "NetworkPolicy",
            "ConfigMap",
            "Secret",
            "PersistentVolumeClaim",
            "RoleBinding",
            "Role",
            "ServiceAccount",
            "ControllerRevision",
            "LimitRange",
            "ResourceQuota",
            "Notebook",
        ),
        start=1,
    )
}
ROUTES = 0


def order(strays: Iterable[Stray]) -> list[Stray]:
    """Strays in the order to delete them: what was applied first goes last."""
    return sorted(strays, key=lambda each: (RANKS.get(each.key.kind, ROUTES), each.key))
