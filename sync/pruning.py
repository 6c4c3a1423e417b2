"""What may be deleted: the guards of a whole round, those of one object, and the order.

A guard is a value: the reason in words why something stays. Nothing here reads or deletes.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync import ownership
from sync.marks import (
    AGENT,
    COPY,
    KEEP,
    NAMESPACE,
    NAMESPACE_BUNDLE,
    NOTEBOOK,
    NOTEBOOK_LABEL,
    PART_OF,
    REVISION_OF,
    applyset_id,
)
from sync.objects import GroupKind, Key, Object, annotations_of, group_of, labels, terminating
from sync.policy import Policy

FEW = 10
_RBAC = "rbac.authorization.k8s.io"
ROLE = GroupKind(_RBAC, "Role")
ROLE_BINDING = GroupKind(_RBAC, "RoleBinding")
GRANTS = frozenset({ROLE, ROLE_BINDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a round found out about its source and its cluster, before it deletes anything.

    `bundles` are those of the source, the broken ones too; `known` those that have objects in the
    cluster, and `gone` those of them that the source lacks. `failures` are the kinds whose LIST
    failed or ended early, and why.
    """

    whole: bool
    bundles: int
    known: int
    gone: int
    policy: Policy
    revision: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    expected_cluster: str = ""


def guard(evidence: Evidence) -> tuple[str, ...]:
    """Why nothing at all may be pruned this time; empty where something may."""
    return (*_of_source(evidence), *_of_cluster(evidence))


def _of_source(evidence: Evidence) -> Iterator[str]:
    known, gone = evidence.known, evidence.gone
    source = f"the source at {evidence.revision}" if evidence.revision else "the source"
    if not evidence.whole:
        yield f"{source} was not read whole"
    if evidence.policy.allow_empty or not known:
        return
    if not evidence.bundles:
        yield f"{source} is empty, and the cluster has {known} bundles: --allow-empty removes them"
    elif known > FEW and gone * 2 > known:
        yield (
            f"{gone} of {known} bundles in the cluster are gone from {source}, more than half:"
            " --allow-empty removes them"
        )


def _of_cluster(evidence: Evidence) -> Iterator[str]:
    expected = evidence.expected_cluster
    if expected and evidence.cluster != expected:
        found = evidence.cluster or "unknown"
        hint = f"; --cluster {found} says that it is meant" if evidence.cluster else ""
        yield f"this is another cluster ({found}) than the one that was pinned ({expected}){hint}"
    for kind, why in sorted(evidence.failures.items()):
        yield f"{kind} cannot be listed: {why}; grant it, or take the kind off --kinds"


@dataclass(frozen=True, slots=True)
class Stray:
    """An object under our mark that git no longer asks for; `witnessed` as in `ownership`."""

    key: Key
    uid: str
    metadata: Mapping[str, Any]
    witnessed: bool = False

    @property
    def object(self) -> Object:
        group, kind = self.key.group_kind
        return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": self.metadata}

    @property
    def is_notebook(self) -> bool:
        return self.key.group_kind == NOTEBOOK

    @property
    def is_grant(self) -> bool:
        return self.key.group_kind in GRANTS


def removable(  # noqa: PLR0913  as many reasons to stay
    stray: Stray,
    directory: str,
    *,
    policy: Policy,
    broken: Container[str],
    held: bool | None,
    asked: Container[Key] = (),
    unsettled: Container[str] = (),
) -> str | None:
    """Why a stray stays, in words that follow its name; None where it may be deleted.

    `directory` is its bundle's, `broken` the bundles that could not be read, `held` whether the
    branch ever held that directory, `asked` what git asks for. `unsettled` are the bundles that
    were not applied whole: what they replace stays, but for grants, which end at once.
    """
    return (
        _kept(stray)
        or _outside(stray, policy)
        or _passing(stray)
        or _asked(stray, policy, asked)
        or _not_ours(stray, policy.agent)
        or _misplaced(stray, directory)
        or (_broken(directory) if directory in broken else None)
        or (_never_held(directory) if held is False and not policy.prune_all else None)
        or (_unsettled(directory) if directory in unsettled and not stray.is_grant else None)
    )


def removable_copy(stray: Stray, *, policy: Policy, broken: Iterable[str]) -> str | None:
    """Why a copy stays that no bundle needs now.

    One that has owners goes with the last of them: what a revision needs never changes. This is
    for those that lost them, which no garbage collector ever takes.
    """
    return (
        _kept(stray)
        or _outside(stray, policy)
        or _passing(stray)
        or _not_ours(stray, policy.agent)
        or (None if _is_copy(stray) else f"does not carry the label {COPY}")
        or next((_broken(each) for each in broken if _namespace(each) == stray.key.namespace), None)
        or _owned(stray)
    )


def _kept(stray: Stray) -> str | None:
    if stray.key.group_kind == NAMESPACE:
        return "is a namespace, and those are never deleted"
    if annotations_of(stray.object).get(KEEP, "false") == "false":
        return None
    if stray.is_notebook or stray.is_grant:
        return None  # its owner may write the one, and could stay for ever by the other
    return f"is to be kept, as its annotation {KEEP} says"


def _outside(stray: Stray, policy: Policy) -> str | None:
    key = stray.key
    if not key.namespace:
        return "is of the cluster itself, and those are never deleted"
    if not policy.allows_namespace(key.namespace):
        return f"is in the namespace {key.namespace}, which is not among --namespaces"
    if key.group_kind not in policy.kinds:
        return f"is a {key.group_kind}, which is not among --kinds"
    return None


def _passing(stray: Stray) -> str | None:
    if terminating(stray.object):
        return "is being deleted already"
    return None if stray.uid else "has no uid to delete it by"


def _asked(stray: Stray, policy: Policy, asked: Container[Key]) -> str | None:
    """A server may show one object in two groups, as it did with the Ingress."""
    for group, kind in policy.kinds:
        if kind == stray.key.kind and stray.key._replace(group=group) in asked:
            return f"is what git asks for as {GroupKind(group, kind)}"
    return None


def _not_ours(stray: Stray, agent: str) -> str | None:
    if stray.witnessed and stray.is_notebook:
        return None
    if labels(stray.object).get(AGENT) != agent:
        return f"does not carry the label {AGENT}={agent}"
    if not ownership.applied(stray.object):
        return "was not applied by this agent, whatever its labels say"
    held = ownership.holder(stray.object, agent, labels(stray.object).get(PART_OF))
    return f"belongs to {held.words}" if held else None


def _misplaced(stray: Stray, directory: str) -> str | None:
    """Whether its marks are not those that a member of this bundle gets."""
    if _is_copy(stray) and not stray.is_notebook:
        return "is a copy, and goes with the last revision that owns it"
    if _namespace(directory) != stray.key.namespace:
        return f"is not in the namespace of {directory}"
    if stray.is_notebook:
        return None if directory == _of_notebook(stray.key) else f"is not the one of {directory}"
    _, namespace, name = (*directory.split("/"), "")[:3]
    found, expected = labels(stray.object).get(PART_OF), applyset_id(namespace, name)
    if name:
        return None if found == expected else f"is not part of the ApplySet of {directory}"
    is_its_own = labels(stray.object).get(NAMESPACE_BUNDLE) == namespace and found is None
    return None if is_its_own else f"is not part of {directory}"


def _broken(directory: str) -> str:
    return f"is left alone: {directory} could not be read this time"


def _unsettled(directory: str) -> str:
    return f"stays until the rest of {directory} is applied"


def _never_held(directory: str) -> str:
    return f"is left alone: this branch never held {directory}; --prune-all removes it"


def _is_copy(stray: Stray) -> bool:
    return COPY in labels(stray.object)


def _owned(stray: Stray) -> str | None:
    for owner in stray.metadata.get("ownerReferences") or ():
        return f"is owned by {owner['kind']} {owner['name']}, and goes with its last owner"
    return None


# --- which bundle


def bundle_of(metadata: Mapping[str, Any], key: Key, sets: Mapping[str, str]) -> str | None:
    """The directory of the bundle that an object belongs to; None where its marks do not agree.

    `sets` are the ids of ApplySets in the source, and their directories.
    """
    found = metadata.get("labels") or {}
    set_id = found.get(PART_OF)
    if key.group_kind == NOTEBOOK:
        return _of_notebook(key)
    if place := found.get(NAMESPACE_BUNDLE):
        home = key.name if key.group_kind == NAMESPACE else key.namespace
        return f"namespaces/{place}" if place == home and set_id is None else None
    if directory := sets.get(str(set_id)):
        return directory if _namespace(directory) == key.namespace else None
    for name in _parents(metadata):
        if set_id in {None, applyset_id(key.namespace, name)}:
            return f"notebooks/{key.namespace}/{name}"
    return None


def _parents(metadata: Mapping[str, Any]) -> Iterator[str]:
    """The Notebooks that an object speaks of, the best word first."""
    for owner in metadata.get("ownerReferences") or ():
        if _kind(owner) == NOTEBOOK:
            yield owner["name"]
    found = metadata.get("labels") or {}
    yield from (found[label] for label in (NOTEBOOK_LABEL, REVISION_OF) if found.get(label))


def _of_notebook(key: Key) -> str:
    return f"notebooks/{key.namespace}/{key.name}"


def _namespace(directory: str) -> str:
    return directory.split("/")[1]


def _kind(owner: Mapping[str, str]) -> GroupKind:
    return GroupKind(group_of(owner["apiVersion"]), owner["kind"])


# --- the order

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
