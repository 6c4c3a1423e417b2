"""Dependencies: objects that notebooks need from the catalog's namespaces, copied beside them.

Which are needed is read from git; the whole list of owners is applied, so that the cluster's
garbage collector takes a copy away with the last revision that needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sync import copies, diffs, marks, seen
from sync.cluster import Cluster
from sync.copies import Need
from sync.diffs import Change
from sync.errors import ClusterError, RefusedError
from sync.memory import Memory
from sync.objects import Key, Object, uid
from sync.outcome import Action, Outcome
from sync.ownership import Holder
from sync.policy import Policy
from sync.seen import NEW, Seen, State, Survey
from sync.settle import Settler, Task
from sync.shelf import Shelf, needs_of

FORBIDDEN = 403
FIXED = "field is immutable"


@dataclass(frozen=True, slots=True)
class Wish:
    """One copy: who needs it, and for whom it is to be made now."""

    target: Key
    needs: Sequence[Need]
    asking: Sequence[Need]


@dataclass(slots=True)
class Ground:
    """What the copies of one round are made from; `sources` are objects, or why there is none."""

    shelf: Shelf
    survey: Survey
    revisions: Mapping[Key, str]
    sources: dict[Key, Object | str] = field(default_factory=dict)

    def may_need(self, revision: Key) -> bool:
        """Whether git says nothing of a revision, and a broken bundle may be why."""
        broken = any(each.split("/")[1] == revision.namespace for each in self.shelf.broken)
        return broken and revision not in self.shelf


class Copier:
    """Copies for one agent."""

    def __init__(
        self, cluster: Cluster, policy: Policy, settler: Settler, memory: Memory, workers: int = 16
    ) -> None:
        self._cluster = cluster
        self._policy = policy
        self._settler = settler
        self._memory = memory
        self._workers = workers

    def copy(
        self,
        shelf: Shelf,
        directories: Collection[str],
        revisions: Mapping[Key, str],
        survey: Survey,
    ) -> list[Outcome]:
        """Make every copy that these bundles need what its source is."""
        outcomes: list[Outcome] = []
        wishes = list(_wishes(shelf, directories, outcomes))
        if not wishes:
            return outcomes
        ground = Ground(shelf, survey, revisions)
        sources = {need.source: need for wish in wishes for need in wish.needs[:1]}
        with ThreadPoolExecutor(self._workers) as pool:
            fetched = pool.map(self._fetch, sources.values())
            ground.sources.update(zip(sources, fetched, strict=True))
            results = list(pool.map(lambda wish: self._made(wish, ground), wishes))
        for wish, result in zip(wishes, results, strict=True):
            outcomes.extend(_told(result, wish))
        return outcomes

    def foresee(self, shelf: Shelf, directories: Collection[str], survey: Survey) -> list[Change]:
        """What `copy` would do, in the words of a diff; nothing is written."""
        trouble: list[Outcome] = []
        wishes = list(_wishes(shelf, directories, trouble))
        ground = Ground(shelf, survey, survey.revisions)
        found = [change for wish in wishes if (change := self._foreseen(wish, ground))]
        return [*(_refused(each) for each in trouble), *found]

    def _foreseen(self, wish: Wish, ground: Ground) -> Change | None:
        directory, target = wish.asking[0].directory, wish.target
        try:
            source = self._fetch(wish.needs[0])
            live = ground.survey.copies.get(target) or self._cluster.get(target)
            if isinstance(source, str):
                return Change(diffs.Action.REFUSED, target, directory, notes=(source,))
            owners = copies.owners(wish.needs, ground.revisions, live, ground.may_need)
            sent = copies.copy_of(source, target.namespace, owners or NOBODY, self._policy.agent)
            return self._compared(target, directory, sent if owners else _unowned(sent), live)
        except (ClusterError, RefusedError) as error:
            return Change(diffs.Action.REFUSED, target, directory, notes=(str(error),))

    def _compared(
        self, target: Key, directory: str, sent: dict[str, Any], live: Object | None
    ) -> Change | None:
        if live is None:
            return Change(diffs.Action.CREATE, target, directory, after=sent)
        found = self._seen(sent, live)
        if found.state is State.SAME:
            return None
        if found.holder:
            words = f"belongs to {found.holder.words}"
            return Change(diffs.Action.REFUSED, target, directory, notes=(words,))
        answer = self._cluster.apply(sent, force=True, dry_run=True)
        return Change(diffs.Action.UPDATE, target, directory, live, answer)

    def _made(self, wish: Wish, ground: Ground) -> Outcome | str:
        """What became of one copy, or why there is none, in words."""
        if why := ground.survey.failures.get(marks.REVISION):
            return f"its owners are not known: {marks.REVISION} cannot be listed: {why}"
        if place := ground.shelf.places.get(wish.target):
            where = f"{place.bundle.directory}/{place.member.file}"
            return f"{where} has this name, and a copy is never put over it"
        try:
            return self._one(wish, ground)
        except RefusedError as error:
            return str(error)
        except ClusterError as error:
            return f"cannot be copied: {error}"

    def _one(self, wish: Wish, ground: Ground) -> Outcome | str:
        target = wish.target
        if not any(need.revision in ground.revisions for need in wish.needs):
            return "no revision that needs it stands in the cluster yet"
        source = ground.sources[wish.needs[0].source]
        if isinstance(source, str):
            return source
        live = ground.survey.copies.get(target) or self._cluster.get(target)
        owners = copies.owners(wish.needs, ground.revisions, live, ground.may_need)
        sent = copies.copy_of(source, target.namespace, owners, self._policy.agent)
        found = self._seen(sent, live)
        return "" if found.state is State.SAME else self._settle(target, sent, found)

    def _fetch(self, need: Need) -> Object | str:
        key = need.source
        if why := copies.allowed(need, self._policy):
            return why
        try:
            source = self._cluster.get(key, need.api_version.rpartition("/")[2])
        except ClusterError as error:
            if error.status == FORBIDDEN:
                return f"{key} may not be read: grant the agent `get` on it"
            return f"{key} cannot be read: {error}"
        if source is None:
            return f"{key}, which is to be copied here, does not exist"
        return source

    def _seen(self, sent: Object, live: Object | None) -> Seen:
        if live is None:
            return NEW
        if held := copies.occupied(live, self._policy.agent):
            return Seen(State.HELD, uid(live), holder=Holder(held.words, adoptable=False))
        return seen.judge(sent, live, self._policy, self._memory.knows)

    def _settle(self, target: Key, sent: dict[str, Any], found: Seen) -> Outcome:
        outcome = self._settler.settle(Task("", sent, found, new_in_git=True))
        if outcome.action is Action.FAILED and FIXED in outcome.words and found.uid:
            # A Secret's type cannot be changed, nor what is immutable: the copy is ours alone.
            self._cluster.delete(target, found.uid)
            outcome = self._settler.settle(Task("", sent, NEW))
        return outcome


def _wishes(shelf: Shelf, directories: Collection[str], outcomes: list[Outcome]) -> Iterator[Wish]:
    """What these bundles need, and into `outcomes` what cannot be had."""
    namespaces = {shelf.bundles[each].namespace for each in directories if each in shelf.needs}
    for target, needs in needs_of(shelf, namespaces).items():
        good, clashing = copies.clashes(needs)
        outcomes.extend(
            _trouble(need, target, words)
            for need, words in clashing
            if need.directory in directories
        )
        if asking := [need for need in good if need.directory in directories]:
            yield Wish(target, good, asking)


def _told(result: Outcome | str, wish: Wish) -> Iterator[Outcome]:
    words = result if isinstance(result, str) else result.words
    if isinstance(result, str) or result.action in {Action.FAILED, Action.WAITING}:
        for need in _once(wish.asking) if words else ():
            yield _trouble(need, wish.target, words)
    elif result.action is not Action.UNCHANGED:
        first = wish.asking[0]
        words = f"copied from {first.source.namespace}"
        yield Outcome(Action.COPIED, first.directory, wish.target, words, result.uid)


def _once(needs: Iterable[Need]) -> Iterator[Need]:
    """One need of each bundle."""
    yield from {need.directory: need for need in needs}.values()


def _trouble(need: Need, target: Key, words: str) -> Outcome:
    return Outcome(Action.WAITING, need.directory, target, words, dependency=True)


def _refused(outcome: Outcome) -> Change:
    if outcome.key is None:
        raise AssertionError(outcome)
    return Change(diffs.Action.REFUSED, outcome.key, outcome.directory, notes=(outcome.words,))


# Stands for the revisions of a notebook that is not there yet.
NOBODY = (("to-be-made", "to-be-made"),)


def _unowned(sent: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in sent["metadata"].items() if key != "ownerReferences"}
    return {**sent, "metadata": kept}


__all__ = ["Copier"]
