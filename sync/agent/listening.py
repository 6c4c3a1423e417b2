"""What an event of a watch means: which bundles are to be looked at. Sends nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sync import marks, ownership, running, seen
from sync.agent.company import Company
from sync.agent.known import Known
from sync.agent.watching import Subject
from sync.cluster import Event
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import GroupKind, Key, Object, key_of, labels, terminating, uid
from sync.policy import Policy
from sync.seen import State
from sync.shelf import Place

POD = GroupKind("", "Pod")
TOLD = frozenset({marks.NOTEBOOK, marks.STATEFUL_SET})


@dataclass(frozen=True, slots=True)
class Told:
    """What a Notebook's owner, or whoever may, has asked for there."""

    uid: str
    stopped: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to tell what is to be looked at: to mend it, to say how it is."""

    mend: Callable[[Iterable[str]], None]
    status: Callable[[str, Object | None], None]
    drift: Callable[[str], None]
    news: Callable[[], None]


class Listener:
    """Told of every event by many threads."""

    def __init__(self, policy: Policy, memory: Memory, known: Known, ask: Ask) -> None:
        self._policy = policy
        self._memory = memory
        self._known = known
        self._ask = ask
        self._lock = threading.Lock()
        self._notebooks: dict[str, Told] = {}
        self._revised: set[str] = set()
        self._company = Company(known, ask.drift)

    def hear(self, subject: Subject, event: Event) -> None:
        live = event.object
        key = key_of(live)
        if event.type == "DELETED":
            self._memory.forget(uid(live))
        if subject.field_selector:
            self._hear_source(key, gone=event.type == "DELETED")
        elif key.group_kind == POD:
            self._hear_pod(live)
        elif marks.COPY in labels(live):
            self._hear_copy(key, event.type)
        else:
            self._hear_member(key, live, event.type)

    def news(self) -> list[str]:
        """The Notebooks that ask for something else than what the last round knew.

        Judged between rounds, and not as they come: a round makes Notebooks itself, and takes
        their company away. Others make revisions, too.
        """
        with self._lock:
            heard, self._notebooks = self._notebooks, {}
            revised, self._revised = self._revised, set()
        news = {each for each, told in heard.items() if self._is_news(each, told)}
        return sorted(news | revised | self._company.news())

    def _hear_source(self, source: Key, *, gone: bool) -> None:
        view = self._known.view
        needing = view.by_source.get(source, ())
        if not gone:
            troubled = self._known.troubled
            first = view.one_in_each_namespace(source)
            needing = (*first, *(each for each in needing if each in troubled))
        self._ask.mend(needing)

    def _hear_copy(self, key: Key, what: str) -> None:
        directory = self._known.view.by_copy.get(key)
        if directory and what != "ADDED":
            self._ask.mend([directory])

    def _hear_pod(self, pod: Object) -> None:
        name = labels(pod).get(marks.NOTEBOOK_LABEL)
        self._ask.status(f"notebooks/{pod['metadata']['namespace']}/{name}", None)

    def _hear_member(self, key: Key, live: Object, what: str) -> None:
        place = self._known.view.shelf.places.get(key)
        if place is None:
            return
        directory, gone = place.bundle.directory, what == "DELETED"
        if key.group_kind in TOLD:
            self._ask.status(directory, live if key.group_kind == marks.NOTEBOOK else None)
        parent = self._known.parents.get(directory) or _parent_named_by(live)
        sent = seen.desired(place, parent, self._policy.agent)
        if key.group_kind == marks.NOTEBOOK and not gone and not terminating(live):
            self._note(directory, live, sent)
        if self._policy.companion:
            if key.group_kind == marks.REVISION and what != "MODIFIED":
                self._hear_revision(directory)
            return
        if directory not in self._known.suspended:
            self._hear_ours(place, live, sent, gone=gone)

    def _hear_ours(self, place: Place, live: Object, sent: Object, *, gone: bool) -> None:
        directory, kind = place.bundle.directory, place.member.key.kind
        judged = seen.judge(sent, live, self._policy, self._memory.knows)
        is_drift = gone or judged.state is not State.SAME
        if directory in self._known.view.shelf.company:
            self._company.hear(place, None if gone else live, is_drift=is_drift)
            self._ask.news()
        if is_drift and not place.member.with_notebook:
            self._ask.drift(kind)
            self._ask.mend([directory])

    def _hear_revision(self, directory: str) -> None:
        if directory in self._known.view.shelf.needs:
            with self._lock:
                self._revised.add(directory)
            self._ask.news()

    def _note(self, directory: str, live: Object, sent: Object) -> None:
        stopped = running.is_stopped(sent, live)
        told = Told(uid(live), stopped, ownership.suspended(live, sent))
        with self._lock:
            self._notebooks[directory] = told
        self._ask.news()

    def _is_news(self, directory: str, told: Told) -> bool:
        parent = self._known.parents.get(directory)
        if told.suspended != (directory in self._known.suspended):
            return True
        if told.suspended:
            return False
        return parent is None or (parent.uid, parent.stopped) != (told.uid, told.stopped)


def _parent_named_by(live: Object) -> Parent | None:
    """The parent of an object that a round is just making: it is not noted yet."""
    meta = live["metadata"]
    for owner in meta.get("ownerReferences") or ():
        if owner["kind"] == marks.NOTEBOOK.kind:
            return Parent(meta["namespace"], owner["name"], owner["uid"])
    return None
