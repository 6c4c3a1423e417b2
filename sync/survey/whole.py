"""All that carries our mark, by LISTs, and all that git asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sync import marks
from sync.errors import ClusterError
from sync.objects import GroupKind, Key, Object, key_of, labels, uid
from sync.seen import Survey
from sync.survey.looking import Looking
from sync.survey.resting import rest
from sync.survey.vouching import vouch

AT_ONCE = 2  # comparing takes one processor, the server the others
LIST_FROM = 8


def survey(at: Looking) -> Survey:
    """Notebooks first, for the rest is owned by them."""
    kinds = at.kinds(at.policy.kinds)
    others = [kind for kind in kinds if kind != marks.NOTEBOOK]
    revisions = {need.revision for needs in at.shelf.needs.values() for need in needs}
    if marks.NOTEBOOK in kinds:
        _list(at, marks.NOTEBOOK, revisions)
    _missing(at, at.notebooks(at.shelf.bundles))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda kind: _list(at, kind, revisions), others))
    company = {each.key for members in at.shelf.company.values() for each in members}
    _missing(at, (key for key in at.shelf.places if key not in company))
    vouch(at, at.shelf.bundles)
    rest(at, at.shelf.bundles)
    _missing(at, company)
    return at.survey


def _list(at: Looking, kind: GroupKind, revisions: set[Key]) -> None:
    where = at.policy.namespaces_listed() or ("",)
    at.every(kind, where, lambda live: _compare(at, live, revisions), selector=at.selector)


def _compare(at: Looking, live: Object, revisions: set[Key]) -> None:
    key = key_of(live)
    if marks.COPY in labels(live) and key.group_kind != marks.NOTEBOOK:
        at.survey.copies[key] = live
    elif place := at.shelf.places.get(key):
        at.judge(key, live)
        if key in revisions:
            at.survey.revisions[place.member.key] = uid(live)
    elif not key.namespace or at.policy.allows_namespace(key.namespace):
        at.stray(key, live)


def _missing(at: Looking, keys: Iterable[Key]) -> None:
    """Whether what no LIST showed is there all the same: somebody else's, or unmarked."""
    by_kind: dict[GroupKind, list[Key]] = defaultdict(list)
    for key in keys:
        if key not in at.survey.seen and key.group_kind not in at.survey.failures:
            by_kind[key.group_kind].append(key)
    for kind, missing in by_kind.items():
        if kind not in at.survey.versions and kind in at.policy.kinds:
            continue  # not installed: the apply will say so
        at.look(_there(at, kind, missing))


def _there(at: Looking, kind: GroupKind, keys: list[Key]) -> list[Key]:
    """Those of many that exist, by one LIST of names; of a few, each is looked at."""
    if len(keys) < LIST_FROM:
        return keys
    namespaces = {key.namespace for key in keys}
    is_confined = at.policy.namespaces_listed() is not None
    where = namespaces if len(namespaces) < LIST_FROM or is_confined else {""}
    names: set[Key] = set()
    try:
        for namespace in sorted(where):
            for page in at.cluster.list(kind, namespace=namespace, metadata_only=True):
                names.update(key_of(item) for item in page.items)
    except ClusterError as error:
        at.fail(kind, error)
        return []
    return [key for key in keys if key in names]
