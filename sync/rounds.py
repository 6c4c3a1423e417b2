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

from sync import marks, ownership, pruning, seen
from sync.bundles import Bundle, Member
from sync.cluster import Cluster
from sync.copying import Copier
from sync.errors import ClusterError
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import Key, labels
from sync.outcome import Action, Outcome, Report
from sync.policy import Policy
from sync.pruning import Evidence, Stray
from sync.seen import State, Survey
from sync.settle import Settler, Task
from sync.shelf import Shelf
from sync.survey import Surveyor

Item = TypeVar("Item")
SHORT = 12
STANDING = frozenset({State.SAME, State.DIFFERENT, State.LEAVING})
FIRST = frozenset({marks.NOTEBOOK, marks.REVISION})


@dataclass(frozen=True, slots=True)
class Source:
    """What a round needs to know of where the shelf came from."""

    held: Callable[[str], bool | None]
    is_whole: bool = True


@dataclass(slots=True)
class Scope:
    """Which bundles a round is about; all of them where `directories` is None."""

    directories: frozenset[str] | None = None
    gone: frozenset[Key] = frozenset()
    changed: frozenset[str] = frozenset()
    ask: bool = True

    def chooses(self, directory: str) -> bool:
        return self.directories is None or directory in self.directories


@dataclass(slots=True)
class Round:
    """What one round has come to know. Only this round writes here."""

    shelf: Shelf
    survey: Survey
    scope: Scope
    parents: dict[str, Parent] = field(default_factory=dict)
    revisions: dict[Key, str] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=lambda: defaultdict(list))


class Rounds:
    """Makes rounds for one agent in one cluster."""

    def __init__(self, cluster: Cluster, policy: Policy, memory: Memory, workers: int = 16) -> None:
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._workers = workers
        self._surveyor = Surveyor(cluster, policy, memory, workers)
        self._settler = Settler(cluster, policy, memory)
        self._copier = Copier(cluster, policy, self._settler, self._memory)

    def survey(self, shelf: Shelf, scope: Scope) -> Survey:
        """Look, and write nothing."""
        if scope.directories is None:
            return self._surveyor.everything(shelf)
        return self._surveyor.some(shelf, scope.directories, scope.gone, ask=scope.ask)

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
        self._prune(this, source, report, cluster)
        for directory in sorted(this.outcomes):
            report.add(this.outcomes[directory])
        report.remarks.extend(_remarks(shelf, survey))
        self._memory.save()
        return report, survey

    # --- apply

    def _apply(self, this: Round, bundles: Sequence[Bundle]) -> None:
        active = [each for each in bundles if each.directory not in this.survey.suspended]
        for each in bundles:
            if each.directory in this.survey.suspended:
                words = f"suspended by the annotation {marks.SUSPEND}"
                this.outcomes[each.directory].append(
                    Outcome(Action.LEFT, each.directory, None, words)
                )
        self._each(lambda one: self._namespace(this, one), [b for b in active if not b.name])
        notebooks = [each for each in active if each.name]
        self._each(lambda one: self._first(this, one), notebooks)
        alive = [each for each in notebooks if each.directory in this.parents]
        copied = self._copier.copy(
            this.shelf, {each.directory for each in alive}, this.revisions, this.survey.copies
        )
        for outcome in copied:
            this.outcomes[outcome.directory].append(outcome)
        self._each(lambda one: self._rest(this, one), alive)

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

    def _settle(self, this: Round, bundle: Bundle, members: Iterable[Member]) -> list[Outcome]:
        outcomes = [self._one(this, bundle, member) for member in members]
        this.outcomes[bundle.directory].extend(
            each for each in outcomes if each.action is not Action.UNCHANGED or each.words
        )
        return outcomes

    def _one(self, this: Round, bundle: Bundle, member: Member) -> Outcome:
        found = this.survey.of(member.key)
        kind = member.key.group_kind
        if found.state is State.SAME and not self._orphaned(this, bundle):
            return Outcome(Action.UNCHANGED, bundle.directory, member.key)
        if kind in this.survey.failures and found.state is State.NEW:
            words = f"cannot be looked at: {this.survey.failures[kind]}"
            return Outcome(Action.FAILED, bundle.directory, member.key, words)
        place = this.shelf.places[member.key]
        sent = seen.desired(place, this.parents.get(bundle.directory), self._policy.agent)
        outcome = self._settler.settle(
            Task(bundle.directory, sent, found, bundle.directory in this.scope.changed)
        )
        if kind == marks.REVISION and outcome.uid:
            this.revisions[member.key] = outcome.uid
        return outcome

    def _orphaned(self, this: Round, bundle: Bundle) -> bool:
        """Whether the Notebook is another one than when the survey was made."""
        before = this.survey.parents.get(bundle.directory)
        now = this.parents.get(bundle.directory)
        return before is not None and now is not None and before.uid != now.uid

    # --- prune

    def _prune(self, this: Round, source: Source, report: Report, pinned: str) -> None:
        strays = self._ours_to_judge(this, report)
        if not strays:
            return
        report.unpruned = pruning.guard(self._evidence(this, source, strays, pinned))
        if report.unpruned:
            return
        going: dict[str, list[Stray]] = defaultdict(list)
        for stray, directory in strays:
            words = pruning.removable(
                stray,
                directory,
                policy=self._policy,
                broken=this.shelf.broken.keys(),
                held=None if directory in this.shelf.bundles else source.held(directory),
            )
            if words is None:
                going[directory].append(stray)
            else:
                this.outcomes[directory].append(Outcome(Action.LEFT, directory, stray.key, words))
        self._each(lambda item: self._remove(this, *item), list(going.items()))

    def _ours_to_judge(self, this: Round, report: Report) -> list[tuple[Stray, str]]:
        witnesses = {
            owner["uid"]
            for stray in this.survey.strays
            if stray.key.group_kind != marks.NOTEBOOK
            and ownership.applied(stray.object)
            and labels(stray.object).get(marks.AGENT) == self._policy.agent
            for owner in stray.metadata.get("ownerReferences") or ()
        }
        found = []
        for stray in this.survey.strays:
            if marks.is_kept(stray.object) and stray.key.group_kind != marks.NOTEBOOK:
                continue
            directory = pruning.bundle_of(stray.metadata, stray.key, this.shelf.sets)
            if directory is None:
                report.remarks.append(f"{stray.key}: carries our mark, but belongs to no bundle")
            elif this.scope.chooses(directory) and directory not in this.survey.suspended:
                seen_by_members = stray.uid in witnesses
                found.append((replace(stray, witnessed=seen_by_members), directory))
        return found

    def _evidence(
        self, this: Round, source: Source, strays: list[tuple[Stray, str]], pinned: str
    ) -> Evidence:
        there = {
            each.directory
            for each in this.shelf.bundles.values()
            if this.scope.directories is not None
            or any(this.survey.of(member.key).state in STANDING for member in each.members)
        }
        known = there | this.shelf.broken.keys() | {directory for _, directory in strays}
        source_has = this.shelf.bundles.keys() | this.shelf.broken.keys()
        return Evidence(
            whole=source.is_whole,
            bundles=len(source_has),
            known=len(known),
            gone=len(known - source_has),
            policy=self._policy,
            revision=this.shelf.revision[:SHORT],
            failures={str(kind): words for kind, words in this.survey.failures.items()},
            cluster=self._cluster.identity() if pinned else "",
            expected_cluster=pinned,
        )

    def _remove(self, this: Round, directory: str, strays: list[Stray]) -> None:
        for stray in pruning.order(strays):
            try:
                deleted = self._cluster.delete(stray.key, stray.uid)
            except ClusterError as error:
                action = Action.WAITING if error.transient else Action.FAILED
                outcome = Outcome(action, directory, stray.key, f"is not deleted: {error}")
            else:
                words = "" if deleted else "was gone already"
                outcome = Outcome(Action.DELETED, directory, stray.key, words)
            this.outcomes[directory].append(outcome)

    def _each(self, task: Callable[[Item], None], items: Sequence[Item]) -> None:
        if len(items) == 1:
            task(items[0])
        elif items:
            with ThreadPoolExecutor(min(self._workers, len(items))) as pool:
                list(pool.map(task, items))


def _remarks(shelf: Shelf, survey: Survey) -> Iterator[str]:
    if shelf.outside:
        yield f"{len(shelf.outside)} bundles lie in namespaces that are not this agent's"
    for kind, words in sorted(survey.failures.items()):
        yield f"{kind} cannot be listed: {words}"


def again(report: Report) -> frozenset[str]:
    """The bundles that may come right by themselves."""
    return frozenset(each.directory for each in report.outcomes if each.action is Action.WAITING)


def merged(first: Report, second: Report, redone: frozenset[str]) -> Report:
    """Two rounds told as one: of what was done again, what it came to."""
    kept = [
        each
        for each in first.outcomes
        if each.directory not in redone or each.action not in {Action.WAITING, Action.FAILED}
    ]
    return replace(
        first,
        outcomes=kept + second.outcomes,
        unpruned=first.unpruned or second.unpruned,
        remarks=[*first.remarks, *(each for each in second.remarks if each not in first.remarks)],
    )
