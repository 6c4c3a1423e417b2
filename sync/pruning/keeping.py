"""The guards of one object: why a stray stays."""

from __future__ import annotations

from collections.abc import Container, Iterable

from sync import ownership
from sync.marks import AGENT, COPY, KEEP, NAMESPACE, NAMESPACE_BUNDLE, PART_OF, applyset_id
from sync.objects import GroupKind, Key, annotations_of, labels, terminating
from sync.policy import Policy
from sync.pruning.belonging import namespace_of, of_notebook
from sync.pruning.strays import Stray


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
        or _beside_broken(stray, broken)
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
    if namespace_of(directory) != stray.key.namespace:
        return f"is not in the namespace of {directory}"
    if stray.is_notebook:
        return None if directory == of_notebook(stray.key) else f"is not the one of {directory}"
    _, namespace, name = (*directory.split("/"), "")[:3]
    found, expected = labels(stray.object).get(PART_OF), applyset_id(namespace, name)
    if name:
        return None if found == expected else f"is not part of the ApplySet of {directory}"
    is_its_own = labels(stray.object).get(NAMESPACE_BUNDLE) == namespace and found is None
    return None if is_its_own else f"is not part of {directory}"


def _beside_broken(copy: Stray, broken: Iterable[str]) -> str | None:
    """A bundle of its namespace that could not be read may need it."""
    beside = (each for each in broken if namespace_of(each) == copy.key.namespace)
    return next(map(_broken, beside), None)


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
