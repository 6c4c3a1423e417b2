"""A few bundles, object by object, and what they no longer hold."""

from __future__ import annotations

from collections.abc import Iterable

from sync import marks, ownership
from sync.errors import ClusterError
from sync.objects import GroupKind, Key, key_of, labels, uid
from sync.seen import Survey
from sync.shelf import needs_of
from sync.survey.looking import Looking
from sync.survey.resting import rest
from sync.survey.vouching import vouch


def survey(at: Looking, directories: list[str], gone: Iterable[Key], *, ask: bool) -> Survey:
    """Look at these; `ask` for whatever else says that it is part of them."""
    at.look(at.notebooks(directories))
    at.look(key for key in at.shelf.keys(directories) if key.group_kind != marks.NOTEBOOK)
    vouch(at, directories)
    rest(at, directories)
    if ask:
        at.each(lambda kind: _list_sets(at, kind, directories), at.kinds(at.policy.kinds))
    _strays(at, gone)
    _copies(at, directories)
    return at.survey


def _list_sets(at: Looking, kind: GroupKind, directories: list[str]) -> None:
    """What else is part of the sets of these bundles."""
    try:
        for directory in directories:
            _list_set(at, kind, directory)
    except ClusterError as error:
        at.fail(kind, error)


def _list_set(at: Looking, kind: GroupKind, directory: str) -> None:
    area, namespace, name = (*directory.split("/"), "")[:3]
    selector = (
        f"{marks.NAMESPACE_BUNDLE}={namespace}"
        if area == "namespaces"
        else f"{marks.PART_OF}={marks.applyset_id(namespace, name)}"
    )
    where = "" if kind == marks.NAMESPACE else namespace
    for page in at.cluster.list(kind, namespace=where, selector=selector, metadata_only=True):
        for item in page.items:
            key = key_of(item)
            if key not in at.shelf and marks.COPY not in labels(item):
                at.stray(key, item)


def _strays(at: Looking, gone: Iterable[Key]) -> None:
    known = {each.key for each in at.survey.strays}

    def one(key: Key) -> None:
        try:
            live = at.cluster.get(key)
        except ClusterError as error:
            at.fail(key.group_kind, error)
            return
        if live is not None:
            at.stray(key, live)

    at.each(one, [key for key in gone if key not in at.shelf and key not in known])


def _copies(at: Looking, directories: list[str]) -> None:
    """The copies of these namespaces, and the uids of the revisions that own them."""
    needing = (each for each in directories if each in at.shelf.needs)
    namespaces = {at.shelf.bundles[each].namespace for each in needing}
    wanted = needs_of(at.shelf, namespaces)
    for target in wanted:
        try:
            live = at.cluster.get(target)
        except ClusterError as error:
            at.fail(target.group_kind, error)
            continue
        if live is not None:
            at.survey.copies[target] = live
    revisions = {need.revision for needs in wanted.values() for need in needs}
    for namespace in sorted(namespaces):
        try:
            _note_revisions(at, namespace, revisions)
        except ClusterError as error:
            at.fail(marks.REVISION, error)


def _note_revisions(at: Looking, namespace: str, revisions: set[Key]) -> None:
    for page in at.cluster.list(
        marks.REVISION, namespace=namespace, selector=at.selector, metadata_only=True
    ):
        for item in page.items:
            if (key := key_of(item)) in revisions and ownership.applied(item):
                at.survey.revisions[key] = uid(item)
