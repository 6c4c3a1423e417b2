"""Looks at the cluster and compares: everything by LIST, or a few bundles object by object.

A LIST is compared page by page and dropped, so that memory does not grow with the cluster. What
cannot be listed is said; then nothing may be pruned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sync import marks, ownership, seen
from sync.cluster import Cluster, ListExpired
from sync.errors import ClusterError
from sync.marks import Parent
from sync.memory import Memory
from sync.objects import GroupKind, Key, Object, key_of, labels, terminating, uid
from sync.policy import Policy
from sync.pruning import Stray
from sync.seen import NEW, Seen, State, Survey
from sync.shelf import Shelf, needs_of
from sync.status import says_trouble

AT_ONCE = 2  # comparing takes one processor, the server the others
PAGE = 250
LIST_FROM = 8
ATTEMPTS = 3


class Surveyor:
    """Looks for one agent."""

    def __init__(self, cluster: Cluster, policy: Policy, memory: Memory, workers: int = 16) -> None:
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._workers = workers

    def everything(self, shelf: Shelf) -> Survey:
        """Compare all that carries our mark, and all that git asks for."""
        self._cluster.resources.prefer(shelf.versions)
        survey = Survey(complete=True)
        kinds = self._kinds(survey)
        others = [kind for kind in kinds if kind != marks.NOTEBOOK]
        wanted = {revision for need in shelf.needs.values() for revision in _revisions(need)}
        if marks.NOTEBOOK in kinds:
            self._list(marks.NOTEBOOK, shelf, survey, wanted)
        self._missing(shelf, survey, _parents(shelf, shelf.bundles))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda kind: self._list(kind, shelf, survey, wanted), others))
        self._missing(shelf, survey, shelf.places)
        self._vouch(shelf, survey, shelf.bundles)
        return survey

    def some(
        self, shelf: Shelf, directories: Iterable[str], gone: Iterable[Key] = (), *, ask: bool
    ) -> Survey:
        """Compare a few bundles, and what they no longer hold: `gone`, or whatever is found."""
        self._cluster.resources.prefer(shelf.versions)
        survey = Survey(complete=True)
        chosen = sorted(directories)
        self._look(shelf, survey, _parents(shelf, chosen))
        keys = [key for key in shelf.keys(chosen) if key.group_kind != marks.NOTEBOOK]
        self._look(shelf, survey, keys)
        self._vouch(shelf, survey, chosen)
        if ask:
            kinds = self._kinds(survey)
            self._each(lambda kind: self._list_sets(kind, shelf, survey, chosen), kinds)
        self._strays(shelf, survey, gone)
        self._look_at_copies(shelf, survey, chosen)
        return survey

    # --- what is looked at

    def _kinds(self, survey: Survey) -> list[GroupKind]:
        """The kinds that this cluster knows; one that cannot be asked for is a failure."""
        found = []
        for kind in sorted(self._policy.kinds):
            try:
                resource = self._cluster.resources.find(kind)
            except ClusterError as error:
                survey.failures[kind] = str(error)
                continue
            if resource:
                found.append(kind)
                survey.versions[kind] = resource.version
        return found

    def _list(self, kind: GroupKind, shelf: Shelf, survey: Survey, wanted: set[Key]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                for namespace in self._policy.namespaces_listed() or ("",):
                    where = "" if kind == marks.NAMESPACE else namespace
                    for live in self._ours(kind, where):
                        self._compare(live, shelf, survey, wanted)
            except ListExpired as error:
                if attempt + 1 == ATTEMPTS:
                    survey.failures[kind] = str(error)
            except ClusterError as error:
                survey.failures[kind] = str(error)
                return
            else:
                return

    def _ours(self, kind: GroupKind, namespace: str) -> Iterator[Object]:
        selector = f"{marks.AGENT}={self._policy.agent}"
        pages = self._cluster.list(kind, namespace=namespace, selector=selector, limit=PAGE)
        for page in pages:
            yield from page.items

    def _compare(self, live: Object, shelf: Shelf, survey: Survey, wanted: set[Key]) -> None:
        key = key_of(live)
        if marks.COPY in labels(live) and key.group_kind != marks.NOTEBOOK:
            survey.copies[key] = live
        elif place := shelf.places.get(key):
            self._judge(key, live, shelf, survey)
            if key in wanted:
                survey.revisions[place.member.key] = uid(live)
        elif not key.namespace or self._policy.allows_namespace(key.namespace):
            survey.strays.append(stray(key, live))

    def _judge(self, key: Key, live: Object, shelf: Shelf, survey: Survey) -> None:
        place = shelf.places[key]
        directory = place.bundle.directory
        sent = seen.desired(place, survey.parents.get(directory), self._policy.agent)
        if key.group_kind == marks.NOTEBOOK:
            _remember_parent(directory, sent, live, survey)
            if ownership.suspended(live, sent):
                survey.suspended.add(directory)
        # The shelf's key, not the one just read: tens of thousands are kept.
        key = place.member.key
        survey.seen[key] = seen.judge(sent, live, self._policy, self._memory.knows)

    # --- what was not found under our mark

    def _missing(self, shelf: Shelf, survey: Survey, keys: Iterable[Key]) -> None:
        """Whether what no LIST showed is there all the same: somebody else's, or unmarked."""
        by_kind: dict[GroupKind, list[Key]] = defaultdict(list)
        for key in keys:
            if key not in survey.seen and key.group_kind not in survey.failures:
                by_kind[key.group_kind].append(key)
        for kind, missing in by_kind.items():
            if kind not in survey.versions and kind in self._policy.kinds:
                continue  # not installed: the apply will say so
            self._look(shelf, survey, self._there(kind, missing, survey))

    def _there(self, kind: GroupKind, keys: list[Key], survey: Survey) -> list[Key]:
        """Those of many that exist, by one LIST of names; of a few, each is looked at."""
        if len(keys) < LIST_FROM:
            return keys
        namespaces = {key.namespace for key in keys}
        where = namespaces if len(namespaces) < LIST_FROM or self._is_confined else {""}
        names: set[Key] = set()
        try:
            for namespace in sorted(where):
                for page in self._cluster.list(kind, namespace=namespace, metadata_only=True):
                    names.update(key_of(item) for item in page.items)
        except ClusterError as error:
            survey.failures[kind] = str(error)
            return []
        return [key for key in keys if key in names]

    @property
    def _is_confined(self) -> bool:
        return self._policy.namespaces_listed() is not None

    def _look(self, shelf: Shelf, survey: Survey, keys: Iterable[Key]) -> None:
        def one(key: Key) -> None:
            try:
                live = self._cluster.get(key, _version(shelf.places[key].member.api_version))
            except ClusterError as error:
                if error.status != NOT_FOUND:
                    survey.failures[key.group_kind] = str(error)
                return
            if live is not None:
                self._judge(key, live, shelf, survey)

        self._each(one, keys)

    def _vouch(self, shelf: Shelf, survey: Survey, directories: Iterable[str]) -> None:
        """A Notebook whose marks its owner has wiped is ours where its members say so.

        One that is not there yet, and that git suspends, is not begun.
        """
        for directory in directories:
            bundle = shelf.bundles.get(directory)
            notebook = bundle.notebook if bundle else None
            if not bundle or not notebook:
                continue
            if notebook.key not in survey.seen and ownership.asks_for_suspension(notebook.load()):
                survey.suspended.add(directory)
            if survey.of(notebook.key).state is not State.HELD:
                continue
            others = (survey.of(each.key) for each in bundle.members if each is not notebook)
            if not any(each.state is State.SAME for each in others):
                continue
            live = self._cluster.get(notebook.key)
            if live is None:
                continue
            place = shelf.places[notebook.key]
            sent = seen.desired(place, None, self._policy.agent)
            survey.seen[notebook.key] = seen.judge(
                sent, live, self._policy, self._memory.knows, witnessed=True
            )

    # --- a few bundles

    def _list_sets(
        self, kind: GroupKind, shelf: Shelf, survey: Survey, directories: list[str]
    ) -> None:
        """What else is part of the sets of these bundles."""
        try:
            for directory in directories:
                area, namespace, name = (*directory.split("/"), "")[:3]
                selector = (
                    f"{marks.NAMESPACE_BUNDLE}={namespace}"
                    if area == "namespaces"
                    else f"{marks.PART_OF}={marks.applyset_id(namespace, name)}"
                )
                where = "" if kind == marks.NAMESPACE else namespace
                for page in self._cluster.list(
                    kind, namespace=where, selector=selector, metadata_only=True
                ):
                    for item in page.items:
                        key = key_of(item)
                        if key not in shelf and marks.COPY not in labels(item):
                            survey.strays.append(stray(key, item))
        except ClusterError as error:
            survey.failures[kind] = str(error)

    def _strays(self, shelf: Shelf, survey: Survey, gone: Iterable[Key]) -> None:
        known = {each.key for each in survey.strays}

        def one(key: Key) -> None:
            try:
                live = self._cluster.get(key)
            except ClusterError as error:
                survey.failures[key.group_kind] = str(error)
                return
            if live is not None:
                survey.strays.append(stray(key, live))

        self._each(one, [key for key in gone if key not in shelf and key not in known])

    def _look_at_copies(self, shelf: Shelf, survey: Survey, directories: list[str]) -> None:
        """The copies of these namespaces, and the uids of the revisions that own them."""
        namespaces = {shelf.bundles[each].namespace for each in directories if each in shelf.needs}
        wanted = needs_of(shelf, namespaces)
        for target in wanted:
            try:
                live = self._cluster.get(target)
            except ClusterError as error:
                survey.failures[target.group_kind] = str(error)
                continue
            if live is not None:
                survey.copies[target] = live
        revisions = {need.revision for needs in wanted.values() for need in needs}
        for namespace in sorted(namespaces):
            try:
                self._note_revisions(namespace, revisions, survey)
            except ClusterError as error:
                survey.failures[marks.REVISION] = str(error)

    def _note_revisions(self, namespace: str, revisions: set[Key], survey: Survey) -> None:
        selector = f"{marks.AGENT}={self._policy.agent}"
        for page in self._cluster.list(
            marks.REVISION, namespace=namespace, selector=selector, metadata_only=True
        ):
            for item in page.items:
                if (key := key_of(item)) in revisions and _applied(item):
                    survey.revisions[key] = uid(item)

    def _each(self, task: Callable[[Any], None], items: Iterable[Any]) -> None:
        chosen = list(items)
        if len(chosen) == 1:
            task(chosen[0])
        elif chosen:
            with ThreadPoolExecutor(min(self._workers, len(chosen))) as pool:
                list(pool.map(task, chosen))


NOT_FOUND = 404


def stray(key: Key, live: Object) -> Stray:
    """What is kept of an object that carries our mark and stands in no bundle."""
    return Stray(key, uid(live), live["metadata"])


def _remember_parent(directory: str, sent: Object, live: Object, survey: Survey) -> None:
    stopped = seen.is_stopped(sent, live)
    meta = live["metadata"]
    if says_trouble(live):
        survey.complaining.add(directory)
    if not terminating(live):
        survey.parents[directory] = Parent(meta["namespace"], meta["name"], uid(live), stopped)


def _applied(item: Object) -> bool:
    return ownership.applied(item)


def _parents(shelf: Shelf, directories: Iterable[str]) -> list[Key]:
    bundles = (shelf.bundles[each] for each in directories if each in shelf.bundles)
    return [bundle.notebook.key for bundle in bundles if bundle.notebook]


def _revisions(needs: Iterable[Any]) -> Iterator[Key]:
    return (need.revision for need in needs)


def _version(api_version: str) -> str:
    return api_version.rpartition("/")[2]


__all__ = ["NEW", "Seen", "Surveyor"]
