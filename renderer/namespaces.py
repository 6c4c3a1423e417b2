"""The bundle of a namespace: what it needs once, whatever notebooks live in it."""

from __future__ import annotations

from typing import Any

from renderer import labels
from renderer.bundle import Bundle, bundle_of
from renderer.compose.amounts import amounts
from renderer.context import owner_of
from renderer.model.settings import NamespacePolicy, Settings
from renderer.templating.chart import Chart

RESERVED = ("default", "kube-")


def policy_of(settings: Settings, namespace: str) -> NamespacePolicy:
    """The namespace's own policy over the defaults."""
    base = settings.namespace_defaults
    own = settings.namespaces.get(namespace)
    if own is None:
        return base
    return NamespacePolicy(
        own.owner or base.owner,
        {**base.labels, **own.labels},
        {**base.annotations, **own.annotations},
        own.quota or base.quota,
        own.limits or base.limits,
    )


def namespace_bundle(chart: Chart, settings: Settings, namespace: str) -> Bundle | None:
    """The bundle, or None where there is nothing to say about the namespace."""
    policy = policy_of(settings, namespace)
    create = settings.create_namespaces and not namespace.startswith(RESERVED)
    context: dict[str, Any] = {
        "namespace": namespace,
        "labels": {labels.MANAGED_BY: "octavo", **policy.labels},
        "annotations": dict(policy.annotations),
        "owner": owner_of(policy.owner),
        "quota": {**policy.quota, "hard": amounts(policy.quota.get("hard", {}))}
        if policy.quota
        else {},
        "limits": [amounts(item) for item in policy.limits],
        "create": create,
        "values": settings.values,
    }
    rendered = chart.render(context)
    if not rendered:
        return None
    return bundle_of(f"namespaces/{namespace}", rendered, namespace)
