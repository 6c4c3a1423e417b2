"""Dependencies: objects that notebooks need from the catalog's namespaces, copied beside them.

Which are needed is read from git; the whole list of owners is applied, so that the cluster's garbage
collector takes a copy away with the last revision that needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sync import copies, seen
from sync.cluster import Cluster
from sync.copies import Need
from sync.errors import ClusterError, RefusedError
from sync.memory import Memory
from sync.objects import Key, Object, uid
from sync.outcome import Action, Outcome
from sync.ownership import Holder
from sync.policy import Policy
from sync.seen import NEW, Seen, State
from sync.settle import Settler, Task
from sync.shelf import Shelf, needs_of

FORBIDDEN, INVALID = 403, 422


class Copier:
    """Copies for one agent."""

    def __init__(self, cluster: Cluster, policy: Policy, settler: Settler, memory: Memory) -> None:
        self._cluster = cluster
        self._policy = policy
        self._settler = settler
        self._memory = memory

    def copy(
        self,
        shelf: Shelf,
        directories: Collection[str],
        revisions: Mapping[Key, str],
        live: Mapping[Key, Object],
    ) -> list[Outcome]:
        """Make every copy that these bundles need what its source is."""
        namespaces = {shelf.bundles[each].namespace for each in directories if each in shelf.needs}
        outcomes: list[Outcome] = []
        sources: dict[Key, Object | str] = {}
        for target, needs in needs_of(shelf, namespaces).items():
            asking = [need for need in needs if need.directory in directories]
            if not asking:
                continue
            good, clashing = copies.clashes(needs)
            outcomes.extend(
                _trouble(need, target, words)
                for need, words in clashing
                if need.directory in directories
            )
            result = self._one(target, good, revisions, live.get(target), sources)
            outcomes.extend(self._told(result, target, [each for each in asking if each in good]))
        return outcomes

    def _one(
        self,
        target: Key,
        needs: Sequence[Need],
        revisions: Mapping[Key, str],
        live: Object | None,
        sources: dict[Key, Object | str],
    ) -> Outcome | str:
        """What became of one copy, or why there is none, in words."""
        owners = sorted(
            {
                need.revision.name: revisions[need.revision]
                for need in needs
                if need.revision in revisions
            }.items()
        )
        if not owners:
            return "no revision that needs it stands in the cluster yet"
        source = self._source(needs[0], sources)
        if isinstance(source, str):
            return source
        try:
            sent = copies.copy_of(source, target.namespace, owners, self._policy.agent)
        except RefusedError as error:
            return str(error)
        found = self._seen(target, sent, live)
        if found.state is State.SAME:
            return ""
        return self._settle(target, sent, found)

    def _source(self, need: Need, known: dict[Key, Object | str]) -> Object | str:
        key = need.source
        if key not in known:
            known[key] = self._fetch(need)
        return known[key]

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

    def _seen(self, target: Key, sent: Object, live: Object | None) -> Seen:
        if live is None:
            live = self._cluster.get(target)
        if live is None:
            return NEW
        if held := copies.occupied(live, self._policy.agent):
            return Seen(State.HELD, uid(live), holder=Holder(held.words, adoptable=False))
        return seen.judge(sent, live, self._policy, self._memory.knows)

    def _settle(self, target: Key, sent: dict[str, Any], found: Seen) -> Outcome | str:
        outcome = self._settler.settle(Task("", sent, found, new_in_git=True))
        if outcome.action is Action.FAILED and _is_fixed(outcome.words) and found.uid:
            # A Secret's type cannot be changed, nor what is immutable: the copy is ours alone.
            self._cluster.delete(target, found.uid)
            outcome = self._settler.settle(Task("", sent, NEW))
        return outcome

    def _told(
        self, result: Outcome | str, target: Key, asking: Sequence[Need]
    ) -> Iterator[Outcome]:
        if isinstance(result, str):
            if result:
                yield from (_trouble(need, target, result) for need in _once(asking))
            return
        if result.action in {Action.FAILED, Action.WAITING}:
            yield from (_trouble(need, target, result.words) for need in _once(asking))
        elif asking and result.action is not Action.UNCHANGED:
            words = f"copied from {asking[0].source.namespace}"
            yield Outcome(Action.COPIED, asking[0].directory, target, words, result.uid)


def _once(needs: Sequence[Need]) -> Iterator[Need]:
    told = set()
    for need in needs:
        if need.directory not in told:
            told.add(need.directory)
            yield need


def _trouble(need: Need, target: Key, words: str) -> Outcome:
    return Outcome(Action.WAITING, need.directory, target, words, dependency=True)


def _is_fixed(words: str) -> bool:
    return "immutable" in words


__all__ = ["Copier"]
