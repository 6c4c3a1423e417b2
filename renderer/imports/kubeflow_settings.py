"""An octavo.yaml for notebooks that come from Kubeflow: its gateway, its owners, its quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from renderer.imports.papers import Paper
from renderer.imports.people import people_in
from renderer.imports.remarks import Remark, left
from renderer.imports.slugs import is_place
from renderer.verdict import RESERVED_NAMESPACES

SETTINGS = "octavo.yaml"
QUOTA_FIELDS = ("hard", "scopes", "scopeSelector")
READ_OF_PROFILES = frozenset({"owner", "resourceQuotaSpec"})


def settings(
    profiles: Sequence[Mapping[str, Any]], namespaces: Sequence[str], remarks: list[Remark]
) -> Paper:
    """The settings of a fresh tree."""
    reserved = sorted({name for name in namespaces if name.startswith(RESERVED_NAMESPACES)})
    spaces: dict[str, Any] = {"create": False}
    if reserved:
        spaces["allowed"] = ["*", *reserved]
    policies = dict(_policies(profiles, remarks))
    if policies:
        spaces["policies"] = policies
    value = {
        "routing": {
            "kind": "istio",
            "gateway": "kubeflow/kubeflow-gateway",
            "userHeader": "kubeflow-userid",
            "groupHeader": "kubeflow-groups",
        },
        "namespaces": spaces,
        "values": {
            "gatewayPrincipals": [
                "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
            ],
            "gatewayNamespaces": ["istio-system"],
        },
    }
    comments: dict[tuple[str | int, ...], str] = {
        ("routing",): "As Kubeflow routes: /notebook/NAMESPACE/NAME behind its gateway.",
        ("namespaces", "create"): "They are there, and belong to Kubeflow's Profiles.",
        ("values", "gatewayPrincipals"): "Who may say in the headers above who is asking.",
    }
    if policies:
        comments["namespaces", "policies"] = "From the Profiles: owners, and quotas."
    return Paper(SETTINGS, value, comments)


def _policies(profiles: Sequence[Mapping[str, Any]], remarks: list[Remark]) -> Any:
    for profile in profiles:
        name = str((profile.get("metadata") or {}).get("name", ""))
        spec = profile.get("spec") or {}
        if not is_place(name, name):
            continue
        others = sorted(spec.keys() - READ_OF_PROFILES)
        remarks += [
            left(f"Profile {name}", f"its {each}", "the Profile keeps it") for each in others
        ]
        policy: dict[str, Any] = {}
        owner, _ = people_in([profile]).owners.get(name, (None, ""))
        if owner:
            policy["owner"] = owner
        quota = spec.get("resourceQuotaSpec") or {}
        if quota.get("hard"):
            policy["quota"] = {key: quota[key] for key in QUOTA_FIELDS if key in quota}
        if policy:
            yield name, policy
