"""Beside whoever applies the bundles: what of theirs is there, and our copies.

Notebooks and revisions are found whoever marked them, and give their uids only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sync import copies, marks, ownership
from sync.copies import Need
from sync.objects import Key, Object, key_of, labels, uid
from sync.pruning import of_notebook
from sync.seen import Survey
from sync.shelf import needs_of
from sync.survey.looking import Looking

FEW = 8


def everything(at: Looking) -> Survey:
    """All that git names, by LISTs."""
    where = at.policy.namespaces_listed() or ("",)
    needs = needs_of(at.shelf)
    _notebooks(at, where, at.shelf.bundles)
    _revisions(at, where, needs)
    _copies(at, where, needs)
    return at.survey


def some(at: Looking, directories: Collection[str]) -> Survey:
    """A few bundles, and all that is copied into their namespaces."""
    if len(directories) < FEW:
        at.look(at.notebooks(directories))
        _unbegun(at, directories)
    else:
        _notebooks(at, _where(at, {each.split("/")[1] for each in directories}), directories)
    namespaces = {
        at.shelf.bundles[each].namespace for each in directories if each in at.shelf.needs
    }
    if namespaces:
        needs = needs_of(at.shelf, namespaces)
        _revisions(at, _where(at, namespaces), needs)
        _copies(at, _where(at, namespaces), needs)
    return at.survey


def _where(at: Looking, namespaces: Collection[str]) -> Collection[str]:
    is_confined = at.policy.namespaces_listed() is not None
    return namespaces if len(namespaces) < FEW or is_confined else ("",)


def _notebooks(at: Looking, where: Iterable[str], directories: Collection[str]) -> None:
    wanted = set(at.notebooks(directories))

    def note(live: Object) -> None:
        key = key_of(live)
        if key in wanted:
            at.judge(key, live)
        elif key not in at.shelf and _is_rendered(at, live):
            at.survey.others.add(of_notebook(key))

    at.every(marks.NOTEBOOK, where, note)
    _unbegun(at, directories)


def _is_rendered(at: Looking, live: Object) -> bool:
    is_octavo = labels(live).get(marks.MANAGED_BY) == marks.RENDERER
    return is_octavo and at.policy.allows_namespace(live["metadata"]["namespace"])


def _unbegun(at: Looking, directories: Iterable[str]) -> None:
    """Nobody waits for a Notebook that is not there, and that git suspends."""
    for key in at.notebooks(directories):
        place = at.shelf.places[key]
        is_there = key in at.survey.seen
        if not is_there and ownership.asks_for_suspension(place.member.load()):
            at.survey.suspended.add(place.bundle.directory)


def _revisions(at: Looking, where: Iterable[str], needs: Mapping[Key, Collection[Need]]) -> None:
    wanted = {need.revision for found in needs.values() for need in found}

    def note(live: Object) -> None:
        if (key := key_of(live)) in wanted:
            at.survey.revisions[key] = uid(live)

    if wanted:
        at.every(marks.REVISION, where, note, metadata_only=True)


def _copies(at: Looking, where: Iterable[str], targets: Iterable[Key]) -> None:
    def note(live: Object) -> None:
        at.survey.copies[key_of(live)] = live

    selector = f"{at.selector},{marks.COPY}"
    for kind in at.kinds(copies.kinds(at.policy, targets)):
        at.every(kind, where, note, selector=selector)
