"""The guards of a whole round: why nothing at all may be pruned this time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.counts import counted, plural
from sync.policy import Policy

FEW = 10


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
    them = "copies without an owner" if evidence.policy.companion else plural(known, "it", "them")
    if not evidence.bundles:
        there = counted(known, "bundle")
        yield f"{source} is empty, and the cluster has {there}: --allow-empty removes {them}"
    elif known > FEW and gone * 2 > known:
        yield (
            f"{gone} of {known} bundles in the cluster are gone from {source}, more than half:"
            f" --allow-empty removes {them}"
        )


def another_cluster(found: str, expected: str) -> tuple[str, ...]:
    """Why nothing may be deleted in a cluster, whatever the reason to: it is not the pinned one."""
    if not expected or found == expected:
        return ()
    hint = f"; --cluster {found} says that it is meant" if found else ""
    where = found or "unknown"
    return (f"this is another cluster ({where}) than the one that was pinned ({expected}){hint}",)


def _of_cluster(evidence: Evidence) -> Iterator[str]:
    yield from another_cluster(evidence.cluster, evidence.expected_cluster)
    for kind, why in sorted(evidence.failures.items()):
        yield f"{kind} cannot be listed: {why}; grant it, or take the kind off --kinds"
