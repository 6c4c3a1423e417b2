"""Says in the cluster how notebooks are: status and Events. Rounds do not wait for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from sync.agent.events import Recorder
from sync.agent.known import Known
from sync.agent.log import LOG
from sync.agent.statuses import Statuses
from sync.cluster import Cluster
from sync.errors import SyncError
from sync.objects import Object
from sync.outcome import Report
from sync.policy import Policy
from sync.shelf import Shelf
from sync.telling import problems_of

PAUSE = 0.5
BEAT = 30.0


class Speaker:
    """Told by the loop and by those that watch; speaks in a thread of its own.

    `check` is asked before anything is said, and may raise.
    """

    def __init__(
        self,
        cluster: Cluster,
        policy: Policy,
        shelf: Callable[[], Shelf],
        check: Callable[[], None],
    ) -> None:
        self._check = check
        self._statuses = Statuses(cluster, shelf, by_others=policy.companion)
        self._recorder = Recorder(cluster, policy.agent)

    def hear(self, directory: str, notebook: Object | None) -> None:
        """Something happened to a notebook."""
        self._statuses.hear(directory, notebook)

    def keep(self, shelf: Shelf) -> None:
        """Forget the notebooks that are no more."""
        self._statuses.keep(shelf)

    def note(self, done: Iterable[str], report: Report, known: Known) -> None:
        """Remember what a round has come to."""
        self._statuses.note(done, problems_of(report), known.held)
        self._recorder.record(report.outcomes, known.parents)

    def speak(self, stop: threading.Event) -> None:
        """Until told to stop."""
        while not stop.wait(PAUSE):
            if not self._recorder and self._statuses.due() > time.monotonic():
                continue
            try:
                self._check()
                self._recorder.write(stop)
                self._statuses.refresh(stop)
            except SyncError as error:
                LOG.error("nothing can be said in the cluster", extra={"facts": {"why": error}})
                stop.wait(BEAT)
