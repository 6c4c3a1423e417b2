"""Takes away what git does not ask for now, where no guard objects. What they are: pruning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from sync import diffs, marks, ownership, pruning
from sync.cluster import Cluster
from sync.diffs import Change
from sync.errors import ClusterError
from sync.objects import Key, kind_of, labels
from sync.outcome import Action, Outcome
from sync.policy import Policy
from sync.pruning import Evidence, Stray
from sync.seen import State, Survey
from sync.shelf import Scope, Shelf, Source, needs_of

SHORT = 12
SHOWN = 3
STANDING = frozenset({State.SAME, State.DIFFERENT, State.LEAVING})


@dataclass(frozen=True, slots=True)
class Ground:
    """What a round knows before it removes anything.

    `unsettled` are the bundles that were not applied whole; `pinned` is the uid that the cluster
    must have, empty where any will do.
    """

    shelf: Shelf
    survey: Survey
    scope: Scope
    source: Source
    unsettled: frozenset[str]
    pinned: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everything was looked at, so that what was not found is not there."""
        return self.scope.directories is None


@dataclass(slots=True)
class Removed:
    """What became of it."""

    outcomes: list[Outcome] = field(default_factory=list)
    unpruned: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)


class Remover:
    """Removes for one agent."""

    def __init__(
        self, cluster: Cluster, policy: Policy, workers: int, checkpoint: Callable[[], None]
    ) -> None:
        self._cluster = cluster
        self._policy = policy
        self._workers = workers
        self._checkpoint = checkpoint

    def remove(self, ground: Ground) -> Removed:
        """Judge every stray, and delete those that nothing keeps."""
        told = Removed()
        strays = self._strays(ground, told)
        idle = list(self._idle_copies(ground))
        dismissed = _dismissed(ground)
        if not (strays or idle or dismissed or ground.survey.failures):
            return told
        try:
            identity = self._cluster.identity() if ground.pinned else ""
        except ClusterError as error:
            told.unpruned = (f"the cluster does not say which one it is: {error}",)
            return told
        told.unpruned = another = pruning.another_cluster(identity, ground.pinned)
        if strays or idle or ground.survey.failures:
            told.unpruned = pruning.guard(self._evidence(ground, strays, identity))
        # What git asks for at other times goes by its own notebook, whatever became of the source.
        going = [] if another else self._going(ground, dismissed, told)
        if not told.unpruned:
            going += self._going(ground, strays, told)
            going += [(copy, _home(copy.key)) for copy in idle]
        told.outcomes.extend(self._delete(going))
        return told

    def foresee(self, ground: Ground) -> list[Change]:
        """What would go, in the words of a diff, or why it may not; nothing is deleted."""
        told = Removed()
        strays = self._strays(ground, told)
        going = self._going(ground, strays, told)
        going.extend((copy, _home(copy.key)) for copy in self._idle_copies(ground))
        kept = pruning.guard(self._evidence(ground, strays)) if going else ()
        action = diffs.Action.REFUSED if kept else diffs.Action.DELETE
        dismissed = self._going(ground, _dismissed(ground), told)
        return [
            *(_change(diffs.Action.DELETE, *each, each[0].why) for each in dismissed),
            *(_change(action, *each, *kept) for each in going),
        ]

    # --- which

    def _strays(self, ground: Ground, told: Removed) -> list[tuple[Stray, str]]:
        found, homeless = [], []
        for stray in {each.uid or each.key: each for each in ground.survey.strays}.values():
            directory = pruning.bundle_of(stray.metadata, stray.key, ground.shelf.sets)
            if _is_kept_for_good(stray):
                continue
            if directory is None:
                homeless.append(stray)
            elif ground.scope.chooses(directory):
                found.append((stray, directory))
        if homeless:
            told.remarks.append(_homeless(homeless))
        return self._witnessed(ground, found)

    def _witnessed(
        self, ground: Ground, strays: list[tuple[Stray, str]]
    ) -> list[tuple[Stray, str]]:
        """Notebooks whose owner wiped our marks off: our grants in their bundle still name them."""
        witnesses: dict[str, str] = {}
        for stray, directory in strays:
            if self._may_witness(stray):
                witnesses.update(dict.fromkeys(_notebooks(stray, directory), directory))
        known = {stray.uid for stray, _ in strays if stray.is_notebook}
        asked = ground.shelf.bundles.keys() | ground.shelf.broken.keys()
        missed = {
            directory
            for uid, directory in witnesses.items()
            if uid not in known and directory not in asked
        }
        found = [*strays, *((each, at) for at in sorted(missed) for each in self._look(at))]
        return [
            (replace(stray, witnessed=stray.is_notebook and stray.uid in witnesses), directory)
            for stray, directory in found
        ]

    def _may_witness(self, stray: Stray) -> bool:
        """Only grants: whoever can forge one of them may do more than have a Notebook deleted."""
        is_ours = labels(stray.object).get(marks.AGENT) == self._policy.agent
        return stray.is_grant and is_ours and ownership.applied(stray.object)

    def _look(self, directory: str) -> Iterator[Stray]:
        _, namespace, name = directory.split("/")
        key = Key(*marks.NOTEBOOK, namespace, name)
        try:
            live = self._cluster.get(key)
        except ClusterError:
            return  # its members go, and it does nothing
        if live is not None:
            yield Stray(key, live["metadata"]["uid"], live["metadata"])

    def _idle_copies(self, ground: Ground) -> Iterator[Stray]:
        """Copies that no revision needs or owns."""
        if not ground.is_whole:
            return
        needed = needs_of(ground.shelf)
        for key, live in ground.survey.copies.items():
            copy = Stray(key, live["metadata"].get("uid", ""), live["metadata"])
            if key not in needed and key not in ground.shelf:
                broken = ground.shelf.broken
                if pruning.removable_copy(copy, policy=self._policy, broken=broken) is None:
                    yield copy

    def _going(
        self, ground: Ground, strays: Iterable[tuple[Stray, str]], told: Removed
    ) -> list[tuple[Stray, str]]:
        going = []
        for stray, directory in strays:
            words = self._why_not(ground, stray, directory)
            if words is None:
                going.append((stray, directory))
            elif directory not in ground.survey.suspended:
                told.outcomes.append(Outcome(Action.LEFT, directory, stray.key, words))
        return going

    def _why_not(self, ground: Ground, stray: Stray, directory: str) -> str | None:
        shelf = ground.shelf
        return pruning.removable(
            stray,
            directory,
            policy=self._policy,
            broken=shelf.broken,
            held=None if directory in shelf.bundles else ground.source.held(directory),
            asked=() if stray.why else shelf,
            unsettled=ground.unsettled | ground.survey.suspended,
        )

    # --- whether at all

    def _evidence(
        self, ground: Ground, strays: Sequence[tuple[Stray, str]], cluster: str = ""
    ) -> Evidence:
        shelf = ground.shelf
        there = {
            each.directory
            for each in shelf.bundles.values()
            if not ground.is_whole
            or any(ground.survey.of(member.key).state in STANDING for member in each.members)
        }
        theirs = ground.survey.others | {directory for _, directory in strays}
        known = there | shelf.broken.keys() | theirs
        source_has = shelf.bundles.keys() | shelf.broken.keys()
        return Evidence(
            whole=ground.source.is_whole,
            bundles=max(shelf.listed, len(source_has)),
            known=len(known),
            gone=len(known - source_has),
            policy=self._policy,
            revision=shelf.revision[:SHORT],
            failures={str(kind): words for kind, words in ground.survey.failures.items()},
            cluster=cluster,
            expected_cluster=ground.pinned,
        )

    # --- the deed

    def _delete(self, going: Iterable[tuple[Stray, str]]) -> Iterator[Outcome]:
        """Bundles side by side, the objects of one in their order."""
        by_bundle: dict[str, list[Stray]] = defaultdict(list)
        for stray, directory in going:
            by_bundle[directory].append(stray)
        with ThreadPoolExecutor(self._workers) as pool:
            for outcomes in pool.map(self._delete_all, by_bundle, by_bundle.values()):
                yield from outcomes

    def _delete_all(self, directory: str, strays: list[Stray]) -> list[Outcome]:
        self._checkpoint()
        return [self._delete_one(directory, stray) for stray in pruning.order(strays)]

    def _delete_one(self, directory: str, stray: Stray) -> Outcome:
        try:
            deleted = self._cluster.delete(stray.key, stray.uid)
        except ClusterError as error:
            action = Action.WAITING if error.transient else Action.FAILED
            return Outcome(action, directory, stray.key, f"is not deleted: {error}")
        words = stray.why if deleted else "was gone already"
        return Outcome(Action.DELETED, directory, stray.key, words)


def _dismissed(ground: Ground) -> list[tuple[Stray, str]]:
    """What stands of the company of notebooks that rest; what is kept for good is none of it."""
    places = ground.shelf.places
    return [
        (each, places[each.key].bundle.directory)
        for each in ground.survey.dismissed
        if not _is_kept_for_good(each)
    ]


def _is_kept_for_good(stray: Stray) -> bool:
    """Storage of git's, mostly. What an owner may write on a Notebook or a grant does not count."""
    return marks.is_kept(stray.object) and not stray.is_notebook and not stray.is_grant


def _change(action: diffs.Action, stray: Stray, directory: str, *notes: str) -> Change:
    return Change(action, stray.key, directory, stray.object, notes=notes)


def _homeless(strays: Sequence[Stray]) -> str:
    shown = ", ".join(str(each.key) for each in strays[:SHOWN])
    more = f" and {len(strays) - SHOWN} more" if len(strays) > SHOWN else ""
    return f"{shown}{more}: carries our mark, but belongs to no bundle"


def _notebooks(stray: Stray, directory: str) -> Iterator[str]:
    """The uids of its owners that are the Notebook of its bundle."""
    for owner in stray.metadata.get("ownerReferences") or ():
        if kind_of(owner) == marks.NOTEBOOK and directory.endswith(f"/{owner['name']}"):
            yield owner["uid"]


def _home(key: Key) -> str:
    return f"namespaces/{key.namespace}"
