"""Brings the status of a Notebook to what is seen, and writes it only when it is another."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sync import marks
from sync.bundles import Bundle
from sync.cluster import Cluster
from sync.objects import GroupKind, Key, Object, key_of, labels
from sync.outcome import TROUBLE, Report
from sync.seen import Survey
from sync.shelf import Shelf
from sync.status import Observed, is_stopped, patch_of, status_of

POD = GroupKind("", "Pod")
EVENT = GroupKind("", "Event")
CLAIM = GroupKind("", "PersistentVolumeClaim")
Problems = tuple[tuple[str, ...], tuple[str, ...]]
NOTHING: Problems = ((), ())


class Look(Protocol):
    """How objects are looked at: one by one, or many of a namespace at once."""

    def at(self, key: Key) -> dict[str, Any] | None: ...
    def events(self, namespace: str, names: Collection[str]) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Directly:
    """Asks for each object."""

    cluster: Cluster

    def at(self, key: Key) -> dict[str, Any] | None:
        return self.cluster.get(key)

    def events(self, namespace: str, names: Collection[str]) -> list[dict[str, Any]]:
        selectors = [f"involvedObject.name={name}" for name in names]
        return [
            item
            for selector in selectors
            for page in self.cluster.list(EVENT, namespace, field_selector=selector)
            for item in page.items
        ]


class Listed:
    """Lists each kind of one namespace once, and keeps of it what a status is made of."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._kinds: dict[GroupKind, Mapping[Key, dict[str, Any]]] = {}
        self._happened: Mapping[str, list[dict[str, Any]]] | None = None
        self._lock = threading.Lock()

    def at(self, key: Key) -> dict[str, Any] | None:
        kind = key.group_kind
        with self._lock:
            if kind not in self._kinds:
                found = self._all(kind, SELECTORS.get(kind, ""))
                self._kinds[kind] = {key_of(each): _less(each) for each in found}
        return self._kinds[kind].get(key)

    def events(self, namespace: str, names: Collection[str]) -> list[dict[str, Any]]:  # noqa: ARG002
        with self._lock:
            if self._happened is None:
                self._happened = _by_name(self._all(EVENT, ""))
        return [each for name in names for each in self._happened.get(name, ())]

    def _all(self, kind: GroupKind, selector: str) -> Iterator[dict[str, Any]]:
        for page in self._cluster.list(kind, self._namespace, selector):
            yield from page.items


SELECTORS = {
    POD: marks.NOTEBOOK_LABEL,
    CLAIM: marks.NOTEBOOK_LABEL,
    marks.STATEFUL_SET: marks.NOTEBOOK_LABEL,
}


@dataclass(frozen=True, slots=True)
class Written:
    """A status that is as it should be: of which version, and whether more is to be expected."""

    version: str
    changed: bool
    unsettled: bool


def problems_of(report: Report) -> dict[str, Problems]:
    """What a round said of each bundle: of itself, and of its dependencies."""
    told: dict[str, tuple[list[str], list[str]]] = {}
    for each in report.outcomes:
        if each.action in TROUBLE:
            words = f"{each.key}: {each.words}" if each.key else each.words
            told.setdefault(each.directory, ([], []))[each.dependency].append(words)
    return {each: (tuple(own), tuple(others)) for each, (own, others) in told.items()}


def outdated(survey: Survey, problems: Iterable[str]) -> Iterator[str]:
    """The notebooks whose status says that something is wrong, and nothing is any more."""
    yield from survey.complaining.difference(problems)


def write_status(
    cluster: Cluster,
    directory: str,
    shelf: Shelf,
    problems: Problems,
    look: Look | None = None,
    *,
    by_others: bool = False,
) -> Written | None:
    """Bring the status of one Notebook to what is seen; None where there is none of ours.

    Of a bundle that could not be read only the mark on the Notebook says that it is ours.
    """
    seen = look or Directly(cluster)
    _, namespace, name = directory.split("/")
    key = Key(*marks.NOTEBOOK, namespace, name)
    notebook = seen.at(key)
    bundle = shelf.bundles.get(directory)
    if notebook is None or (bundle is None and marks.AGENT not in labels(notebook)):
        return None
    observed = replace(observe(seen, notebook, bundle, problems), by_others=by_others)
    before = notebook.get("status") or {}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch = patch_of(before, status_of(observed, now, before))
    answer: Object = cluster.merge_status(key, patch) if patch else notebook
    version = answer["metadata"]["resourceVersion"]
    return Written(version, changed=bool(patch), unsettled=_is_unsettled(observed))


def observe(
    look: Look, notebook: dict[str, Any], bundle: Bundle | None, problems: Problems
) -> Observed:
    """All that a status is made of."""
    workload = _workload(bundle)
    statefulset = look.at(workload) if workload else None
    pod = None
    events: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    if bundle and workload and statefulset:
        pod = look.at(Key(*POD, workload.namespace, f"{workload.name}-0"))
        if not (statefulset.get("status") or {}).get("readyReplicas"):
            claims = [found for key in _claims(bundle) if (found := look.at(key)) is not None]
            names = [
                workload.name,
                f"{workload.name}-0",
                *(each["metadata"]["name"] for each in claims),
            ]
            events = look.events(workload.namespace, names)
    return Observed(
        notebook=notebook,
        statefulset=statefulset,
        pod=pod,
        problems=problems[0],
        dependency_problems=problems[1],
        events=tuple(events),
        claims=tuple(claims),
    )


def _is_unsettled(observed: Observed) -> bool:
    """No pod, and no event of ours will tell when there is a reason or a pod."""
    return observed.statefulset is not None and observed.pod is None and not is_stopped(observed)


def _workload(bundle: Bundle | None) -> Key | None:
    return bundle.workload.key if bundle and bundle.workload else None


def _claims(bundle: Bundle) -> list[Key]:
    return [each.key for each in bundle.members if each.key.group_kind == CLAIM]


def _by_name(events: Iterable[dict[str, Any]]) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in events:
        found[str((each.get("involvedObject") or {}).get("name"))].append(_less(each))
    return found


def _less(obj: dict[str, Any]) -> dict[str, Any]:
    """Without what is large and says nothing here."""
    meta = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    spec = {name: value for name, value in (obj.get("spec") or {}).items() if name != "template"}
    return {**obj, "metadata": meta, "spec": spec}
