"""What can go wrong between git and the cluster, as one tree of exceptions that are said in words.

SyncError
├── SourceError      the bundles cannot be read, or not all of them: nothing is pruned
├── BundleError      one bundle is wrong; the others go on
├── RefusedError     the server's state or our settings forbid it: not retried by itself
├── ClusterError     the API server answered with an error, or not at all
└── UsageError       the command was called wrongly: exit 2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SyncError(Exception):
    """Anything that the agent says in words rather than as a traceback."""


class SourceError(SyncError):
    """The source cannot be trusted to be whole."""


class BundleError(SyncError):
    """One bundle cannot be used; the message begins with `file:line`, where there is one."""


class RefusedError(SyncError):
    """Something that must not be done, whoever asks."""


class UsageError(SyncError):
    """The command was called in a way that means nothing."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause in the API server's answer: a machine's word for it, the field, the message."""

    reason: str
    field: str
    message: str


class ClusterError(SyncError):
    """The API server's answer, or that there was none (`status` 0).

    The text never holds what was sent: of Secrets the server repeats values, so only `reason` and
    the names of fields are said of them.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        causes: Sequence[Cause] = (),
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = tuple(causes)
        self.retry_after = retry_after
        super().__init__(message)

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed later without anyone's help."""
        return self.status in {0, 408, 409, 410, 425, 429, 500, 502, 503, 504}
