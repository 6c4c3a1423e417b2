"""Looks at the cluster and compares: everything by LIST, or a few bundles object by object.

A LIST is compared page by page and dropped, so that memory does not grow with the cluster. What
cannot be listed is said; then nothing may be pruned.

- looking: one look at the cluster, and how an object that was found is judged
- whole: all that carries our mark; few: some bundles, and what they no longer hold
- beside: what a companion needs, beside whoever applies the bundles
- resting: notebooks that do not run, and what is not to stand beside them
- vouching: whose a Notebook is that carries our mark no more
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.cluster import Cluster
from sync.memory import Memory
from sync.objects import Key
from sync.policy import Policy
from sync.seen import Survey
from sync.shelf import Shelf
from sync.survey import beside, few, whole
from sync.survey.looking import Looking

__all__ = ["Surveyor"]


class Surveyor:
    """Looks for one agent."""

    def __init__(self, cluster: Cluster, policy: Policy, memory: Memory, workers: int = 16) -> None:
        self._cluster = cluster
        self._policy = policy
        self._memory = memory
        self._workers = workers

    def everything(self, shelf: Shelf) -> Survey:
        """Compare all that carries our mark, and all that git asks for."""
        at = self._looking(shelf)
        return beside.everything(at) if self._policy.companion else whole.survey(at)

    def some(
        self, shelf: Shelf, directories: Iterable[str], gone: Iterable[Key] = (), *, ask: bool
    ) -> Survey:
        """Compare a few bundles, and what they no longer hold: `gone`, or whatever is found."""
        at, chosen = self._looking(shelf), sorted(directories)
        if self._policy.companion:
            return beside.some(at, chosen)
        return few.survey(at, chosen, gone, ask=ask)

    def _looking(self, shelf: Shelf) -> Looking:
        self._cluster.resources.prefer(shelf.versions)
        return Looking(self._cluster, self._policy, self._memory, self._workers, shelf)
