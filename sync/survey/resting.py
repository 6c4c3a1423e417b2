"""Notebooks that do not run: of their company nothing is to stand, and nothing is made."""

from __future__ import annotations

from collections.abc import Iterable

from sync import marks, running
from sync.bundles import Bundle
from sync.errors import ClusterError
from sync.objects import Key, uid
from sync.pruning import Stray
from sync.running import Life
from sync.seen import RESTING, State
from sync.survey.looking import Looking

STANDS = frozenset({State.SAME, State.DIFFERENT})
WHY = "its notebook is stopped"


def rest(at: Looking, directories: Iterable[str]) -> None:
    """Note which of these notebooks run, and what of the others is to go."""
    going: list[Key] = []
    for directory in directories:
        if directory in at.shelf.company and directory not in at.survey.suspended:
            going.extend(_rest(at, at.shelf.bundles[directory]))
    at.each(lambda key: _dismiss(at, key), going)


def _rest(at: Looking, bundle: Bundle) -> Iterable[Key]:
    """What is to go; where it is not known whether the notebook runs, all stays as it is."""
    survey = at.survey
    survey.lives[bundle.directory] = life = _life(at, bundle)
    if life is Life.RUNS:
        return ()
    keys = [each.key for each in bundle.company]
    standing = [key for key in keys if survey.of(key).state in STANDS]
    for key in keys:
        if life is Life.RESTS or key not in survey.seen:
            survey.seen[key] = RESTING
    return standing if life is Life.RESTS and _is_ours(at, bundle) else ()


def _life(at: Looking, bundle: Bundle) -> Life:
    survey = at.survey
    found = survey.workloads.get(bundle.directory)
    life = running.life(bundle, survey.parents.get(bundle.directory), found)
    unseen = bundle.workload is not None and found is None
    if life is Life.RUNS and unseen and marks.STATEFUL_SET in survey.failures:
        return Life.UNKNOWN
    return life


def _is_ours(at: Looking, bundle: Bundle) -> bool:
    """One that is somebody else's, about to go, or not there, takes nothing of ours along."""
    return bundle.notebook is not None and at.survey.of(bundle.notebook.key).state in STANDS


def _dismiss(at: Looking, key: Key) -> None:
    try:
        live = at.cluster.get(key)
    except ClusterError as error:
        at.fail(key.group_kind, error)
        return
    if live is not None:
        at.survey.dismissed.append(Stray(key, uid(live), live["metadata"], why=WHY))
