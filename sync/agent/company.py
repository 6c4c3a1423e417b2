"""Notebooks that stop and start in the cluster, and what lives and dies with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sync import marks, running
from sync.agent.known import Known
from sync.objects import Key, Object, terminating
from sync.running import Life, Workload
from sync.shelf import Place


@dataclass(frozen=True, slots=True)
class Stirred:
    """What happened to one object that is there only while its notebook runs."""

    directory: str
    is_drift: bool
    stands: bool


class Company:
    """Told of events by many threads; judged between rounds, for a round makes many itself."""

    def __init__(self, known: Known, drift: Callable[[str], None]) -> None:
        self._known = known
        self._drift = drift
        self._lock = threading.Lock()
        self._workloads: dict[str, Workload | None] = {}
        self._stirred: dict[Key, Stirred] = {}

    def hear(self, place: Place, live: Object | None, *, is_drift: bool) -> None:
        """An object is so now, or is gone; `is_drift`: not as git says of a running notebook."""
        directory, member = place.bundle.directory, place.member
        with self._lock:
            if member.with_notebook:
                self._stirred[member.key] = Stirred(directory, is_drift, _stands(live))
            elif member is place.bundle.workload:
                self._workloads[directory] = running.workload(live) if live else None

    def news(self) -> set[str]:
        """The bundles of which something else is to stand, or to be gone."""
        with self._lock:
            workloads, self._workloads = self._workloads, {}
            stirred, self._stirred = self._stirred, {}
        turned = {each for each, found in workloads.items() if self._is_turned(each, found)}
        return turned | set(self._astray(stirred))

    def _is_turned(self, directory: str, found: Workload | None) -> bool:
        """Whether a notebook has stopped or started since the last round."""
        bundle = self._known.view.shelf.bundles.get(directory)
        before = self._known.lives.get(directory)
        if bundle is None or before is None or directory in self._known.suspended:
            return False
        now = running.life(bundle, self._known.parents.get(directory), found)
        return now is not Life.UNKNOWN and now is not before

    def _astray(self, stirred: dict[Key, Stirred]) -> Iterator[str]:
        for key, what in stirred.items():
            rests = self._known.lives.get(what.directory) is Life.RESTS
            if what.stands if rests else what.is_drift:
                self._drift(key.kind)
                yield what.directory


def _stands(live: Object | None) -> bool:
    """Whether it would go, were its notebook stopped."""
    return live is not None and not terminating(live) and not marks.is_kept(live)
