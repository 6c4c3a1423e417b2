"""Brings the status of a Notebook to what is seen, and writes it only when it is another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sync import marks
from sync.bundles import Bundle
from sync.cluster import Cluster
from sync.objects import GroupKind, Key
from sync.outcome import TROUBLE, Report
from sync.seen import Survey
from sync.shelf import Shelf
from sync.status import Observed, patch_of, status_of

EVENT = GroupKind("", "Event")
CLAIM = GroupKind("", "PersistentVolumeClaim")
Problems = tuple[tuple[str, ...], tuple[str, ...]]
NOTHING: Problems = ((), ())


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
    wrong = set(problems)
    for directory, notebook in survey.notebooks.items():
        conditions = (notebook.get("status") or {}).get("conditions") or ()
        said = any(
            each.get("status") == "False" and each.get("type") in {"Synced", "DependenciesReady"}
            for each in conditions
        )
        if said and directory not in wrong:
            yield directory


def write_status(
    cluster: Cluster,
    directory: str,
    shelf: Shelf,
    problems: Problems,
) -> bool:
    """Bring the status of one Notebook to what is seen; whether it had to be written."""
    _, namespace, name = directory.split("/")
    key = Key(*marks.NOTEBOOK, namespace, name)
    notebook = cluster.get(key)
    if notebook is None:
        return False
    observed = observe(cluster, notebook, directory, shelf, problems)
    before = notebook.get("status") or {}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch = patch_of(before, status_of(observed, now, before))
    if patch:
        cluster.merge_status(key, patch)
    return bool(patch)


def observe(
    cluster: Cluster,
    notebook: dict[str, Any],
    directory: str,
    shelf: Shelf,
    problems: Problems,
) -> Observed:
    """All that a status is made of."""
    bundle = shelf.bundles.get(directory)
    workload = (
        next(
            (each.key for each in bundle.members if each.key.group_kind == marks.STATEFUL_SET), None
        )
        if bundle
        else None
    )
    statefulset = cluster.get(workload) if workload else None
    pod = None
    events: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    if workload and statefulset:
        pod = cluster.get(Key("", "Pod", workload.namespace, f"{workload.name}-0"))
        if bundle and not (statefulset.get("status") or {}).get("readyReplicas"):
            events = _events(cluster, workload, bundle)
            claims = _claims(cluster, bundle)
    return Observed(
        notebook=notebook,
        statefulset=statefulset,
        pod=pod,
        problems=problems[0],
        dependency_problems=problems[1],
        events=tuple(events),
        claims=tuple(claims),
    )


def _events(cluster: Cluster, workload: Key, bundle: Bundle) -> list[dict[str, Any]]:
    names = [workload.name, f"{workload.name}-0"]
    return [
        item
        for name in names
        for page in cluster.list(
            EVENT, namespace=workload.namespace, field_selector=f"involvedObject.name={name}"
        )
        for item in page.items
    ]


def _claims(cluster: Cluster, bundle: Bundle) -> list[dict[str, Any]]:
    keys = [each.key for each in bundle.members if each.key.group_kind == CLAIM]
    return [found for key in keys if (found := cluster.get(key)) is not None]
