"""One round: survey, apply, copy, prune. Bundles are independent: one bad bundle stops no other.

Order: namespaces; Notebooks and their revisions; copies, which the revisions own; the rest of each
bundle as its kustomization lists it; then what is no longer asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sync import marks, seen
from sync.bundles import Bundle, Member
from sync.cluster import Cluster
from sync.copying import Copier
from sync.diffs import Change
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import Key
from sync.outcome import TROUBLE, Action, Outcome, Report
from sync.policy import Policy
from sync.pruning import GRANTS, ROLE, ROLE_BINDING
from sync.removing import Ground, Remover
from sync.seen import Seen, State, Survey
from sync.settle import Settler, Task
from sync.shelf import Scope, Shelf, Source
from sync.survey import Surveyor

Item = TypeVar("Item")
FIRST = frozenset({marks.NOTEBOOK, marks.REVISION})
UNDONE = TROUBLE | {Action.LEFT}


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


class Rounds:
    """Makes rounds for one agent in one cluster."""

    def __init__(
        self,
        cluster: Cluster,
        policy: Policy,
        memory: Memory,
        workers: int = 16,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> None:
        """`checkpoint` is called between bundles, and may raise to end the round there."""
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._workers = workers
        self._checkpoint = checkpoint
        self._surveyor = Surveyor(cluster, policy, memory, workers)
        self._settler = Settler(cluster, policy, memory)
        self._copier = Copier(cluster, policy, self._settler, self._memory, workers)
        self._remover = Remover(cluster, policy, workers, checkpoint)

    def survey(self, shelf: Shelf, scope: Scope) -> Survey:
        """Look, and write nothing."""
        if scope.directories is None:
            return self._surveyor.everything(shelf)
        gone = scope.gone | set(_gone_notebooks(shelf, scope.directories))
        return self._surveyor.some(shelf, scope.directories, gone, ask=scope.ask)

    def foresee(self, shelf: Shelf, survey: Survey, source: Source, scope: Scope) -> list[Change]:
        """The copies that a round would make, and what it would remove."""
        chosen = {
            each.directory
            for each in shelf.bundles.values()
            if each.name
            and scope.chooses(each.directory)
            and each.directory not in survey.suspended
        }
        ground = Ground(shelf, survey, scope, source, frozenset())
        return self._copier.foresee(shelf, chosen, survey) + self._remover.foresee(ground)

    def make(
        self, shelf: Shelf, source: Source, scope: Scope | None = None, cluster: str = ""
    ) -> tuple[Report, Survey]:
        """Bring the cluster to what the shelf says; `cluster` is the one that it must be."""
        chosen = scope or Scope()
        survey = self.survey(shelf, chosen)
        this = Round(shelf, survey, chosen, dict(survey.parents), dict(survey.revisions))
        report = Report(shelf.revision, len(shelf.bundles))
        for directory, words in shelf.broken.items():
            if chosen.chooses(directory):
                report.outcomes.append(Outcome(Action.FAILED, directory, None, words))
        bundles = [each for each in shelf.bundles.values() if chosen.chooses(each.directory)]
        self._apply(this, bundles)
        unsettled = frozenset(each.directory for each in bundles if _is_unsettled(this, each))
        removed = self._remover.remove(Ground(shelf, survey, chosen, source, unsettled, cluster))
        for outcome in removed.outcomes:
            this.outcomes[outcome.directory].append(outcome)
        for directory in sorted(this.outcomes):
            report.add(this.outcomes[directory])
        report.unpruned = removed.unpruned
        report.remarks.extend([*removed.remarks, *_remarks(shelf, survey)])
        self._memory.save()
        return report, survey

    # --- apply

    def _apply(self, this: Round, bundles: Sequence[Bundle]) -> None:
        suspended = [each for each in bundles if each.directory in this.survey.suspended]
        active = [each for each in bundles if each.directory not in this.survey.suspended]
        for each in suspended:
            words = f"suspended by the annotation {marks.SUSPEND}"
            this.outcomes[each.directory].append(Outcome(Action.LEFT, each.directory, None, words))
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
        if found.state is State.SAME:
            if not self._orphaned(this, bundle):
                return Outcome(Action.UNCHANGED, bundle.directory, member.key)
            found = Seen(State.DIFFERENT, found.uid)
        if why := _why_not(this, member, found.state):
            this.amiss.add(member.key)
            return Outcome(Action.FAILED, bundle.directory, member.key, why)
        place = this.shelf.places[member.key]
        sent = seen.desired(place, this.parents.get(bundle.directory), self._policy.agent)
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


def _is_unsettled(this: Round, bundle: Bundle) -> bool:
    """Whether something of a bundle, but for its Notebook's own fields, is not as git says."""
    if bundle.name and bundle.directory not in this.alive:
        return True
    return any(each.key in this.amiss for each in bundle.members if each is not bundle.notebook)


def _gone_notebooks(shelf: Shelf, directories: Iterable[str]) -> Iterator[Key]:
    """The Notebooks of bundles that the source has no more."""
    for directory in directories:
        area, namespace, name = (*directory.split("/"), "")[:3]
        if area == "notebooks" and not shelf.holds(directory):
            yield Key(*marks.NOTEBOOK, namespace, name)


def _remarks(shelf: Shelf, survey: Survey) -> Iterator[str]:
    if shelf.outside:
        yield f"{len(shelf.outside)} bundles lie in namespaces that are not this agent's"
    for kind, words in sorted(survey.failures.items()):
        yield f"{kind} cannot be listed: {words}"


def again(report: Report) -> frozenset[str]:
    """The bundles that may come right by themselves."""
    return frozenset(each.directory for each in report.outcomes if each.action is Action.WAITING)


def left_over(report: Report, directories: Iterable[str]) -> frozenset[Key]:
    """What is still to be removed of some bundles, perhaps: also what waited for the rest."""
    chosen = frozenset(directories)
    return frozenset(
        each.key
        for each in report.outcomes
        if each.key and each.directory in chosen and each.action in UNDONE and not each.dependency
    )


def merged(first: Report, second: Report, redone: frozenset[str]) -> Report:
    """Two rounds told as one: of what was done again, what it came to."""
    kept = [
        each for each in first.outcomes if each.directory not in redone or each.action not in UNDONE
    ]
    return replace(
        first,
        outcomes=kept + second.outcomes,
        unpruned=first.unpruned or second.unpruned,
        remarks=[*first.remarks, *(each for each in second.remarks if each not in first.remarks)],
    )


__all__ = ["Rounds", "Scope", "Source", "again", "left_over", "merged"]
