"""Who holds an object: read from its metadata alone, so that a LIST of metadata will do.

Labels and annotations are claims; managedFields, which the server writes, say who made them. On a
Notebook its owner may write anything, so there a claim alone locks nobody out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sync.marks import (
    AGENT,
    APPLYSET_ID,
    COPY,
    MANAGER,
    NOTEBOOK,
    OUR_TOOLING,
    PART_OF,
    SUSPEND,
    TOOLING,
    applyset_id,
)
from sync.objects import GroupKind, Object, annotations_of, group_of, labels, metadata

ARGO_TRACKING = "argocd.argoproj.io/tracking-id"
ARGO_MANAGERS = frozenset({"argocd-controller", "argocd-application-controller"})
FLUX_KUSTOMIZATION = "kustomize.toolkit.fluxcd.io"
FLUX_HELM_RELEASE = "helm.toolkit.fluxcd.io"
FLUX_MANAGERS = frozenset({"kustomize-controller", "helm-controller"})
HELM_RELEASE = "meta.helm.sh/release-name"
HELM_MANAGERS = frozenset({"helm"})
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CLIENT_SIDE = "kubectl-client-side-apply"

APPLY = "Apply"
NO_CONTENT = frozenset({"f:metadata", "f:status"})
SHOWN = 3
LENGTH = 80

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody else, in words that follow "belongs to", and whether `--adopt` may take over."""

    words: str
    adoptable: bool


def holder(
    live: Object, agent: str, applyset: str | None, *, witnessed: bool = False
) -> Holder | None:
    """Who holds an object; None where it is ours.

    `applyset` is the set that the object is to be part of. `witnessed`, of a Notebook: members of
    its bundle that are ours name its uid as their owner.
    """
    if _is_notebook(live):
        return None if witnessed else _holder_of_notebook(live, agent)
    claimed = (
        _other_agent(live, agent)
        or _other_set(live, agent, applyset)
        or _copied(live, applyset)
        or _other_tool(live)
    )
    return claimed or (None if applied(live) else _anyone(live))


def applied(live: Object) -> bool:
    """Whether the server remembers that our manager applied the object, and not its status only."""
    return _our_entry(live) is not None


def suspended(live: Object, sent: Object) -> bool:
    """Whether git, or somebody in the cluster, wants a notebook left alone.

    What we have written there ourselves is git's to take back.
    """
    if asks_for_suspension(sent):
        return True
    return asks_for_suspension(live) and not _we_set(live, "f:annotations", SUSPEND)


def asks_for_suspension(notebook: Object) -> bool:
    return annotations_of(notebook).get(SUSPEND) == "true"


def _holder_of_notebook(live: Object, agent: str) -> Holder | None:
    if applied(live):
        return _other_agent(live, agent) or _tool_at_work(live)
    return (
        _other_agent(live, agent)
        or _other_parent(live)
        or _other_set(live, agent, None)
        or _other_tool(live)
        or _anyone(live)
    )


def _is_notebook(live: Object) -> bool:
    return GroupKind(group_of(live.get("apiVersion", "")), live.get("kind", "")) == NOTEBOOK


# --- agents and sets


def _other_agent(live: Object, agent: str) -> Holder | None:
    """An agent applies its label; over our own entry, anybody else's word for it is a prank."""
    found = labels(live).get(AGENT)
    if found in {None, agent} or (applied(live) and not _we_set_label(live, AGENT)):
        return None
    return Holder(f"the agent `{_short(str(found))}`", adoptable=False)


def _other_set(live: Object, agent: str, applyset: str | None) -> Holder | None:
    found = labels(live).get(PART_OF)
    if found in {None, applyset}:
        return None
    is_ours = labels(live).get(AGENT) == agent and _we_set_label(live, PART_OF)
    if is_ours and applyset is None:
        return None  # kept from now on: it leaves the set by being applied
    whose = "another notebook of this agent" if is_ours else "another ApplySet"
    return Holder(f"{whose} ({_short(str(found))})", adoptable=is_ours)


def _other_parent(live: Object) -> Holder | None:
    meta = metadata(live)
    expected = applyset_id(meta.get("namespace", ""), meta.get("name", ""))
    found, tooling = labels(live).get(APPLYSET_ID), annotations_of(live).get(TOOLING)
    if found not in {None, expected}:
        return Holder(f"another ApplySet ({_short(str(found))})", adoptable=False)
    if tooling is not None and _tool(tooling) != _tool(OUR_TOOLING):
        return Holder(f"another ApplySet (of {_short(tooling)})", adoptable=False)
    return None


def _tool(tooling: str) -> str:
    return tooling.partition("/")[0]


def _copied(live: Object, applyset: str | None) -> Holder | None:
    if applyset is not None and COPY in labels(live) and applied(live):
        return Holder("this agent, as the copy of a dependency", adoptable=False)
    return None


# --- tools


def _other_tool(live: Object) -> Holder | None:
    return _argo(live) or _flux(live) or _controller(live) or _helm(live) or _tool_at_work(live)


def _argo(live: Object) -> Holder | None:
    tracking = annotations_of(live).get(ARGO_TRACKING)
    if tracking is None:
        return None
    return Holder(f"Argo CD (tracking id {_short(tracking.partition(':')[0])})", adoptable=False)


def _flux(live: Object) -> Holder | None:
    found = labels(live)
    for group, kind in ((FLUX_KUSTOMIZATION, "Kustomization"), (FLUX_HELM_RELEASE, "HelmRelease")):
        if name := found.get(f"{group}/name"):
            place = found.get(f"{group}/namespace")
            where = f"{place}/{name}" if place else name
            return Holder(f"Flux {kind} {_short(where)}", adoptable=False)
    return None


def _controller(live: Object) -> Holder | None:
    for each in metadata(live).get("ownerReferences") or ():
        if each.get("controller"):
            name = _short(f"{each['kind']} {each['name']}")
            return Holder(f"{name}, which controls it", adoptable=False)
    return None


def _helm(live: Object) -> Holder | None:
    release = annotations_of(live).get(HELM_RELEASE)
    return None if release is None else Holder(f"Helm release {_short(release)}", adoptable=True)


def _tool_at_work(live: Object) -> Holder | None:
    """A tool known by its manager, which owns more of the object than marks and status."""
    managers = {each["manager"] for each in _entries(live) if _has_content(each)}
    if managers & ARGO_MANAGERS:
        return Holder("Argo CD", adoptable=False)
    if managers & FLUX_MANAGERS:
        return Holder("Flux", adoptable=False)
    return Holder("Helm", adoptable=True) if managers & HELM_MANAGERS else None


def _anyone(live: Object) -> Holder:
    managers = list(dict.fromkeys(each["manager"] for each in _entries(live)))
    if LAST_APPLIED in annotations_of(live) or CLIENT_SIDE in managers:
        return Holder("kubectl apply", adoptable=True)
    shown = ", ".join(_short(each) for each in managers[:SHOWN])
    more = f" and {len(managers) - SHOWN} more" if len(managers) > SHOWN else ""
    made = f"made by {shown}{more}" if managers else "nothing says who made it"
    return Holder(f"someone ({made})", adoptable=True)


# --- what the server remembers


def _entries(live: Object) -> Iterator[Entry]:
    for each in metadata(live).get("managedFields") or ():
        if each.get("manager") and not each.get("subresource"):
            yield each


def _our_entry(live: Object) -> Entry | None:
    for each in _entries(live):
        if each["manager"] == MANAGER and each.get("operation") == APPLY:
            return each
    return None


def _has_content(entry: Entry) -> bool:
    return bool((entry.get("fieldsV1") or {}).keys() - NO_CONTENT)


def _we_set_label(live: Object, label: str) -> bool:
    return _we_set(live, "f:labels", label)


def _we_set(live: Object, where: str, name: str) -> bool:
    entry = _our_entry(live) or {}
    fields = (entry.get("fieldsV1") or {}).get("f:metadata") or {}
    return f"f:{name}" in (fields.get(where) or {})


def _short(text: str) -> str:
    """What others wrote, fit to be said on one line."""
    shown = "".join(each if each.isprintable() else "?" for each in text[:LENGTH])
    return shown if len(text) <= LENGTH else f"{shown}..."
