"""What a round would do, as the server sees it: dry runs only, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sync import fields, pruning, seen
from sync.cluster import Cluster
from sync.diffs import Action, Change
from sync.errors import ClusterError
from sync.objects import Key, Object, annotations_of
from sync.policy import Conflicts, Policy
from sync.seen import Seen, State, Survey
from sync.settle import conflict_words, declared
from sync.shelf import Place, Shelf
from sync import marks

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Previewer:
    """Asks for one agent."""

    cluster: Cluster
    policy: Policy
    workers: int = 16

    def changes(
        self,
        shelf: Shelf,
        survey: Survey,
        chooses: Callable[[str], bool],
        held: Callable[[str], bool | None],
    ) -> list[Change]:
        """Everything that is not as it should be, bundle by bundle, in the order of applying."""
        places = [
            place
            for key, place in shelf.places.items()
            if chooses(place.bundle.directory)
            and place.bundle.directory not in survey.suspended
            and survey.of(key).state is not State.SAME
        ]
        with ThreadPoolExecutor(self.workers) as pool:
            found = list(pool.map(lambda place: self._of(place, survey), places))
        return [
            *_broken(shelf, chooses),
            *(each for each in found if each.action != Action.UNCHANGED),
            *self._removed(shelf, survey, chooses, held),
        ]

    def _of(self, place: Place, survey: Survey) -> Change:
        found = survey.of(place.member.key)
        try:
            return self._asked(place, found, survey)
        except ClusterError as error:
            return _change(Action.REFUSED, place, None, None, str(error))

    def _asked(self, place: Place, found: Seen, survey: Survey) -> Change:
        parent = survey.parents.get(place.bundle.directory)
        sent = seen.desired(place, parent, self.policy.agent)
        match found.state:
            case State.NEW:
                return self._new(place, sent)
            case State.HELD if found.holder and not (self.policy.adopt and found.holder.adoptable):
                return _change(
                    Action.REFUSED, place, None, None, f"belongs to {found.holder.words}"
                )
            case State.LEAVING:
                return _change(Action.REFUSED, place, None, None, "is being deleted")
            case _:
                return self._changed(place, sent, found)

    def _new(self, place: Place, sent: Object) -> Change:
        try:
            answer: Object = self.cluster.apply(sent, dry_run=True)
        except ClusterError as error:
            if error.status != NOT_FOUND:
                raise
            return _change(
                Action.CREATE, place, None, sent, "not tried on the server: its place is new, too"
            )
        return _change(Action.CREATE, place, None, answer)

    def _changed(self, place: Place, sent: Object, found: Seen) -> Change:
        live = self.cluster.get(place.member.key, place.member.api_version.rpartition("/")[2])
        if live is None:
            return self._new(place, sent)
        policy = self._conflicts(sent)
        theirs = [each for each in found.differences if declared(each)]
        if theirs and policy is Conflicts.FAIL:
            return _change(Action.REFUSED, place, live, None, conflict_words(theirs))
        if policy is Conflicts.YIELD:
            sent = fields.without(sent, [each.path for each in found.differences if each.managers])
        answer = self.cluster.apply(sent, force=True, dry_run=True)
        if fields.equal_results(live, answer):
            return _change(Action.UNCHANGED, place, live, answer)
        return _change(Action.ADOPT if found.holder else Action.UPDATE, place, live, answer)

    def _conflicts(self, sent: Object) -> Conflicts:
        asked = annotations_of(sent).get(marks.CONFLICTS)
        return Conflicts(asked) if asked in set(Conflicts) else self.policy.conflicts

    def _removed(
        self,
        shelf: Shelf,
        survey: Survey,
        chooses: Callable[[str], bool],
        held: Callable[[str], bool | None],
    ) -> Iterator[Change]:
        for stray in survey.strays:
            directory = pruning.bundle_of(stray.metadata, stray.key, shelf.sets)
            if directory is None or not chooses(directory) or directory in survey.suspended:
                continue
            words = pruning.removable(
                stray,
                directory,
                policy=self.policy,
                broken=shelf.broken.keys(),
                held=None if directory in shelf.bundles else held(directory),
            )
            if words is None:
                yield Change(Action.DELETE, stray.key, directory, stray.object)


def _broken(shelf: Shelf, chooses: Callable[[str], bool]) -> Iterator[Change]:
    for directory, words in shelf.broken.items():
        if chooses(directory):
            area, namespace, name = (*directory.split("/"), "")[:3]
            kind = "Notebook" if area == "notebooks" else "Namespace"
            yield Change(
                Action.REFUSED,
                Key("", kind, namespace, name or namespace),
                directory,
                None,
                None,
                (words,),
            )


def _change(
    action: Action, place: Place, before: Object | None, after: Object | None, *notes: str
) -> Change:
    return Change(action, place.member.key, place.bundle.directory, before, after, notes)


__all__ = ["Previewer"]
