"""What was found in the cluster, object by object, beside what git asks for. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from sync import fields, marks, ownership
from sync.fields import Difference
from sync.marks import Parent
from sync.objects import GroupKind, Key, Object, terminating, uid
from sync.ownership import Holder
from sync.policy import Policy
from sync.pruning import Stray
from sync.running import Life, Workload
from sync.shelf import Place


class State(Enum):
    """How an object of the cluster stands to what git asks for."""

    SAME = auto()
    NEW = auto()
    DIFFERENT = auto()
    HELD = auto()  # by somebody else
    LEAVING = auto()  # being deleted
    RESTING = auto()  # not to stand now, for its notebook does not run


@dataclass(frozen=True, slots=True)
class Seen:
    """One object, compared."""

    state: State
    uid: str = ""
    differences: tuple[Difference, ...] = ()
    holder: Holder | None = None


SAME = Seen(State.SAME)
NEW = Seen(State.NEW)
RESTING = Seen(State.RESTING)


@dataclass(slots=True)
class Survey:
    """The cluster at one time, as far as it was looked at.

    `others` are the bundles that git lacks and somebody else has applied; `dismissed` is what
    stands of the company of notebooks that rest.
    """

    seen: dict[Key, Seen] = field(default_factory=dict)
    parents: dict[str, Parent] = field(default_factory=dict)
    complaining: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    strays: list[Stray] = field(default_factory=list)
    dismissed: list[Stray] = field(default_factory=list)
    workloads: dict[str, Workload] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    copies: dict[Key, Object] = field(default_factory=dict)
    revisions: dict[Key, str] = field(default_factory=dict)
    failures: dict[GroupKind, str] = field(default_factory=dict)
    versions: dict[GroupKind, str] = field(default_factory=dict)

    def of(self, key: Key) -> Seen:
        return self.seen.get(key, NEW)


def desired(place: Place, parent: Parent | None, agent: str) -> dict[str, Any]:
    """What is sent for an object; without a parent its owner is left open."""
    obj, bundle = place.member.load(), place.bundle
    if not bundle.name:
        return marks.of_namespace(obj, agent, bundle.namespace)
    if place.member.key.group_kind == marks.NOTEBOOK:
        others = (each.key.group_kind for each in bundle.members if each is not place.member)
        return marks.parent(obj, agent, (kind for kind in others if kind != _CLAIM))
    if parent is None:
        sent = marks.member(obj, agent, Parent(bundle.namespace, bundle.name, ""))
        sent["metadata"].pop("ownerReferences", None)
        return sent
    return marks.member(obj, agent, parent)


_CLAIM = GroupKind("", "PersistentVolumeClaim")


def judge(
    sent: Object,
    live: Object,
    policy: Policy,
    knows: Callable[[Object, Object], bool],
    witnessed: bool = False,  # noqa: FBT001, FBT002
) -> Seen:
    """How a live object stands to what would be sent for it."""
    applyset = (sent["metadata"].get("labels") or {}).get(marks.PART_OF)
    holder = ownership.holder(live, policy.agent, applyset, witnessed=witnessed)
    if terminating(live):
        return Seen(State.LEAVING, uid(live))
    if holder:
        return Seen(State.HELD, uid(live), holder=holder)
    found = fields.compare(sent, live)
    if found.same or knows(sent, live):
        return SAME
    return Seen(State.DIFFERENT, uid(live), found.differences)
