"""What the chart of a notebook is told: everything that was decided, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renderer import labels, names
from renderer.compose.composer import Composed
from renderer.compose.finish import prefix
from renderer.compose.own import Claim
from renderer.compose.variables import owner_forms
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.model.subjects import Access, Subject
from renderer.ports import ports_of
from renderer.revisions import Plan
from renderer.templating.chart import Frozen

API_VERSION = f"{labels.GROUP}/v1beta1"
# To Argo CD: who may do what, and who is kept out, is there before the pod and its routes are.
FIRST_WAVE = {"argocd.argoproj.io/sync-wave": "-1"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What was decided about a notebook, ready for its chart."""

    notebook: Notebook
    composed: Composed
    plan: Plan
    claims: tuple[Claim, ...]
    network_policy: bool


def context_of(parts: Parts, settings: Settings) -> dict[str, Any]:
    """The variables of the notebook chart."""
    notebook, plan = parts.notebook, parts.plan
    name = names.object_name(notebook.name)
    owner = owner_of(notebook.owner)
    pod_account = parts.composed.pod["spec"]["serviceAccountName"]
    return {
        "name": name,
        "namespace": notebook.namespace,
        "notebook": {
            "name": notebook.name,
            "namespace": notebook.namespace,
            "api_version": API_VERSION,
            "kind": "Notebook",
            "labels": notebook.labels,
            "annotations": notebook.annotations,
            "spec": notebook.spec,
            "stopped": notebook.stopped,
            "update_policy": notebook.update_policy.value,
            "revision": plan.elected.hash,
        },
        "labels": labels.of_object(notebook),
        "selector": labels.selector(notebook),
        "annotations": {},
        "early": FIRST_WAVE if settings.consumers.argocd else {},
        "owner": owner,
        "viewers": _shared(notebook, Access.VIEW),
        "editors": _shared(notebook, Access.EDIT),
        "allowed_users": _allowed(notebook, "User"),
        "allowed_groups": _allowed(notebook, "Group"),
        "pod": parts.composed.pod,
        "ports": ports_of(parts.composed, prefix(notebook, settings.route)),
        "claims": [
            {
                "name": claim.name,
                "size": claim.size,
                "storage_class": claim.storage_class,
                "access_mode": claim.access_mode,
                "keep": claim.keep,
            }
            for claim in parts.claims
        ],
        "revisions": [
            {
                "name": names.revision_name(name, revision.hash),
                "revision": revision.number,
                "data": Frozen(revision.data),
                "current": revision is plan.elected,
            }
            for revision in plan.kept
        ],
        "service_account": {"name": pod_account, "create": pod_account == name},
        "settings": settings_of(settings, network_policy=parts.network_policy),
        "values": settings.values,
    }


def settings_of(settings: Settings, *, network_policy: bool) -> dict[str, Any]:
    route = settings.route
    return {
        "route": {
            "kind": route.kind.value,
            "host": route.host,
            "scheme": route.scheme,
            "prefix": route.prefix,
            "gateway": route.gateway,
            "ingress_class": route.ingress_class,
            "tls_secret": route.tls_secret,
            "user_header": route.user_header,
            "group_header": route.group_header,
            "annotations": route.annotations,
        },
        "cluster_domain": settings.cluster_domain,
        "network_policy": network_policy,
    }


def subject_of(subject: Subject) -> dict[str, str]:
    """An RBAC subject as a RoleBinding spells it."""
    if subject.kind == "ServiceAccount":
        return {"kind": subject.kind, "name": subject.name, "namespace": subject.namespace}
    return {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": subject.kind,
        "name": subject.name,
    }


def owner_of(owner: Subject | None) -> dict[str, Any] | None:
    if owner is None:
        return None
    return {**owner_forms(owner), "subject": subject_of(owner)}


def _shared(notebook: Notebook, access: Access) -> list[dict[str, str]]:
    return [subject_of(share.subject) for share in notebook.sharing if share.access is access]


def _allowed(notebook: Notebook, kind: str) -> list[str]:
    """Who may open the notebook in a browser: whoever may work in it, not those who only look."""
    subjects = [notebook.owner] if notebook.owner else []
    subjects.extend(s.subject for s in notebook.sharing if s.access is Access.EDIT)
    return sorted({subject.name for subject in subjects if subject.kind == kind})
