"""What a round would do, as the server sees it: dry runs only, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sync import adoption, conflicts, fields, mending, seen
from sync.cluster import Cluster
from sync.conflicts import ConflictError
from sync.diffs import Action, Change
from sync.errors import ClusterError
from sync.fields import Difference
from sync.objects import Key, Object
from sync.policy import Policy
from sync.seen import Seen, State, Survey
from sync.shelf import Place, Shelf

NOT_FOUND, NOT_INSTALLED = 404, "NotInstalled"


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
    ) -> list[Change]:
        """Everything that is not as it should be, bundle by bundle, in the order of applying.

        What a companion leaves to others is none of it.
        """
        if self.policy.companion:
            return list(_broken(shelf, chooses))
        places = [
            place
            for key, place in shelf.places.items()
            if chooses(place.bundle.directory)
            and place.bundle.directory not in survey.suspended
            and survey.of(key).state not in {State.SAME, State.RESTING}
        ]
        with ThreadPoolExecutor(self.workers) as pool:
            found = list(pool.map(lambda place: self._of(place, survey), places))
        return [
            *_broken(shelf, chooses),
            *(each for each in found if each.action != Action.UNCHANGED),
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
            kind = place.member.key.group_kind
            is_missing = error.reason == NOT_INSTALLED
            where = f"{kind} is not installed there yet" if is_missing else "its place is new, too"
            note = f"not tried on the server: {where}"
            return _change(Action.CREATE, place, None, sent, note)
        return _change(Action.CREATE, place, None, answer)

    def _changed(self, place: Place, sent: Object, found: Seen) -> Change:
        live: Object | None = self.cluster.get(place.member.key, _version(place))
        if live is None:
            return self._new(place, sent)
        before = adoption.after(live, (found.holder and adoption.takeover(live)) or [])
        differences = fields.compare(sent, before).differences
        try:
            resolved = conflicts.resolved(sent, differences, self.policy.conflicts)
            answer = self.cluster.apply(resolved.sent, force=True, dry_run=True)
        except ConflictError as conflict:
            return _change(Action.REFUSED, place, live, None, str(conflict))
        except ClusterError as error:
            return _mended(place, sent, live, error)
        if fields.rivals(sent, live) and not fields.equal_results(live, answer):
            return _reclaimed(place, live, differences)
        if fields.equal_results(live, answer):
            return _change(Action.UNCHANGED, place, live, answer)
        notes = [resolved.words] if resolved.left else []
        action = Action.ADOPT if found.holder else Action.UPDATE
        return _change(action, place, live, answer, *notes)


def _mended(place: Place, sent: Object, live: Object, error: ClusterError) -> Change:
    """What a sync does about a refusal takes two writes: no dry run can tell how it ends."""
    found = mending.remedy(sent, live, error)
    if found.anew:
        return _change(Action.UPDATE, place, live, None, "it is made anew: its role is another")
    if found.steps:
        return _reclaimed(place, live, fields.compare(sent, live).differences)
    return _change(Action.REFUSED, place, live, None, found.words or str(error))


def _reclaimed(place: Place, live: Object, differences: Iterable[Difference]) -> Change:
    ways = conflicts.paths(differences)
    return _change(Action.UPDATE, place, live, None, f"what was changed by hand goes: {ways}")


def _version(place: Place) -> str:
    return place.member.api_version.rpartition("/")[2]


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
