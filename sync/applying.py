"""Applies the bundles of a round. They are independent: one bad bundle stops no other.

Order: namespaces; Notebooks and their revisions; copies, which the revisions own; the rest of each
bundle as its kustomization lists it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from sync import marks, seen
from sync.bundles import Bundle, Member
from sync.copying import Copier
from sync.marks import Parent
from sync.objects import Key
from sync.outcome import TROUBLE, Action, Outcome
from sync.pruning import GRANTS, ROLE, ROLE_BINDING
from sync.seen import Seen, State, Survey
from sync.settle import Settler, Task
from sync.shelf import Scope, Shelf

Item = TypeVar("Item")
FIRST = frozenset({marks.NOTEBOOK, marks.REVISION})


@dataclass(slots=True)
class Round:
    """What one round has come to know. Only this round writes here."""

    shelf: Shelf
    survey: Survey
    scope: Scope
    parents: dict[str, Parent] = field(default_factory=dict)
    revisions: dict[Key, str] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    amiss: set[Key] = field(default_factory=set)
    outcomes: dict[str, list[Outcome]] = field(default_factory=lambda: defaultdict(list))


class Applier:
    """Applies for one agent."""

    def __init__(
        self,
        agent: str,
        settler: Settler,
        copier: Copier,
        workers: int,
        checkpoint: Callable[[], None],
    ) -> None:
        self._agent = agent
        self._settler = settler
        self._copier = copier
        self._workers = workers
        self._checkpoint = checkpoint

    def apply(self, this: Round, bundles: Sequence[Bundle]) -> None:
        suspended = [each for each in bundles if each.directory in this.survey.suspended]
        active = leave_suspended(this, bundles)
        self._each(lambda one: self._namespace(this, one), [b for b in active if not b.name])
        notebooks = [each for each in active if each.name]
        self._each(lambda one: self._first(this, one), notebooks)
        this.alive = {each.directory for each in notebooks if each.directory in this.parents}
        for outcome in self._copier.copy(this.shelf, this.alive, this.revisions, this.survey):
            this.outcomes[outcome.directory].append(outcome)
        self._each(
            lambda one: self._rest(this, one), [b for b in notebooks if b.directory in this.alive]
        )
        stuck = [each for each in notebooks if each.directory not in this.alive]
        self._each(lambda one: self._grants(this, one), [*suspended, *stuck])

    def _namespace(self, this: Round, bundle: Bundle) -> None:
        self._settle(this, bundle, bundle.members)

    def _first(self, this: Round, bundle: Bundle) -> None:
        """The Notebook, without which nothing has an owner, and the revisions."""
        notebook = bundle.notebook
        if notebook is None:
            raise AssertionError(bundle.directory)
        had = this.survey.parents.get(bundle.directory)
        (outcome,) = self._settle(this, bundle, [notebook])
        state = this.survey.of(notebook.key).state
        if outcome.uid:
            stopped = had.stopped if had and had.uid == outcome.uid else False
            parent = Parent(bundle.namespace, bundle.name, outcome.uid, stopped)
            this.parents[bundle.directory] = parent
        elif state is State.HELD or had is None:
            this.parents.pop(bundle.directory, None)
            return
        revisions = [each for each in bundle.members if each.key.group_kind == marks.REVISION]
        self._settle(this, bundle, revisions)

    def _rest(self, this: Round, bundle: Bundle) -> None:
        rest = [each for each in bundle.members if each.key.group_kind not in FIRST]
        self._settle(this, bundle, rest)

    def _grants(self, this: Round, bundle: Bundle) -> None:
        """What was granted is never more than git says, also where the Notebook is left alone.

        Its owner could suspend it, or leave it undeleted for ever, to keep what is to be revoked.
        """
        notebook = bundle.notebook
        if notebook and bundle.directory not in this.parents:
            known = this.survey.of(notebook.key).uid
            if not known:
                return
            this.parents[bundle.directory] = Parent(bundle.namespace, bundle.name, known)
        standing = [
            each
            for each in bundle.members
            if each.key.group_kind in GRANTS and this.survey.of(each.key).state is State.DIFFERENT
        ]
        self._settle(this, bundle, standing)

    def _settle(self, this: Round, bundle: Bundle, members: Iterable[Member]) -> list[Outcome]:
        outcomes = [self._one(this, bundle, member) for member in members]
        this.outcomes[bundle.directory].extend(
            each for each in outcomes if each.action is not Action.UNCHANGED or each.words
        )
        return outcomes

    def _one(self, this: Round, bundle: Bundle, member: Member) -> Outcome:
        found = this.survey.of(member.key)
        kind = member.key.group_kind
        if found.state is State.RESTING:
            return Outcome(Action.UNCHANGED, bundle.directory, member.key)
        if found.state is State.SAME:
            if not self._orphaned(this, bundle):
                return Outcome(Action.UNCHANGED, bundle.directory, member.key)
            found = Seen(State.DIFFERENT, found.uid)
        if why := _why_not(this, member, found.state):
            this.amiss.add(member.key)
            return Outcome(Action.FAILED, bundle.directory, member.key, why)
        place = this.shelf.places[member.key]
        sent = seen.desired(place, this.parents.get(bundle.directory), self._agent)
        outcome = self._settler.settle(
            Task(bundle.directory, sent, found, bundle.directory in this.scope.changed)
        )
        if kind == marks.REVISION and outcome.uid:
            this.revisions[member.key] = outcome.uid
        if outcome.action in TROUBLE:
            this.amiss.add(member.key)
        return outcome

    def _orphaned(self, this: Round, bundle: Bundle) -> bool:
        """Whether the Notebook is another one than when the survey was made."""
        before = this.survey.parents.get(bundle.directory)
        now = this.parents.get(bundle.directory)
        return now is not None and (before is None or before.uid != now.uid)

    def _each(self, task: Callable[[Item], None], items: Sequence[Item]) -> None:
        def one(item: Item) -> None:
            self._checkpoint()
            task(item)

        if len(items) == 1:
            one(items[0])
        elif items:
            with ThreadPoolExecutor(min(self._workers, len(items))) as pool:
                list(pool.map(one, items))


def leave_suspended(this: Round, bundles: Iterable[Bundle]) -> list[Bundle]:
    """Say which bundles are left alone; gives the others."""
    active = []
    for each in bundles:
        if each.directory in this.survey.suspended:
            words = f"suspended by the annotation {marks.SUSPEND}"
            this.outcomes[each.directory].append(Outcome(Action.LEFT, each.directory, None, words))
        else:
            active.append(each)
    return active


def _why_not(this: Round, member: Member, state: State) -> str | None:
    """Why an object is not even tried."""
    if state is not State.NEW:
        return None
    key = member.key
    if why := this.survey.failures.get(key.group_kind):
        return f"cannot be looked at: {why}"
    if key.group_kind == ROLE_BINDING:
        role = Key(*ROLE, key.namespace, member.load()["roleRef"]["name"])
        if role in this.amiss:
            return f"is not made: {role}, which it would grant, is not as git says"
    return None


def is_unsettled(this: Round, bundle: Bundle) -> bool:
    """Whether something of a bundle, but for its Notebook's own fields, is not as git says."""
    if bundle.name and bundle.directory not in this.alive:
        return True
    return any(each.key in this.amiss for each in bundle.members if each is not bundle.notebook)
