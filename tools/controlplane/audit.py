"""Who asked an API server for what: its audit log, read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request and the code of its answer (0: none was given)."""

    verb: str
    uri: str
    code: int
    user_agent: str
    user: str

    @property
    def is_write(self) -> bool:
        return self.verb in WRITES and not self.is_dry_run

    @property
    def is_dry_run(self) -> bool:
        return self.verb in WRITES and "dryRun=All" in self.uri


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose requests are meant, by how user agent, user and the namespace in the URI begin.

    `tag` stands anywhere in the user agent.
    """

    user_agent: str = ""
    tag: str = ""
    user: str = ""
    namespace: str = ""

    def made(self, event: Mapping[str, Any]) -> bool:
        agent = event.get("userAgent", "")
        return (
            agent.startswith(self.user_agent)
            and self.tag in agent
            and event["user"].get("username", "").startswith(self.user)
            and (not self.namespace or f"/namespaces/{self.namespace}" in event["requestURI"])
        )


class Recording:
    """The requests of an asker between two moments."""

    def __init__(self, log: Path, asker: Asker) -> None:
        self._log = log
        self._asker = asker
        self._since = end(log)
        self._until: int | None = None

    def stop(self) -> None:
        """Leave out what is asked from now on."""
        self._until = end(self._log)

    def requests(self) -> list[Request]:
        """All of them, also those to read; of a watch as soon as it has begun."""
        told = events(self._log, self._asker, self._since, self._until)
        by_id = {event["auditID"]: event for event in told}
        return [_request(event) for event in by_id.values()]

    def writes(self) -> list[Request]:
        """What was meant to change something, granted or not."""
        return [each for each in self.requests() if each.is_write]

    def dry_runs(self) -> list[Request]:
        """What only asked how a change would turn out."""
        return [each for each in self.requests() if each.is_dry_run]


def end(log: Path) -> int:
    """How many bytes there are so far."""
    return log.stat().st_size


def events(
    log: Path, asker: Asker, since: int = 0, until: int | None = None
) -> Iterator[Mapping[str, Any]]:
    """The events of an asker as the server wrote them, between two offsets in bytes."""
    with log.open("rb") as file:
        file.seek(since)
        part = file.read(-1 if until is None else until - since)
    named = asker.namespace.encode()  # spares most lines of a long log the reading
    for line in part.splitlines(keepends=True):
        if line.endswith(b"\n") and named in line:
            event = json.loads(line)
            if asker.made(event):
                yield event


def _request(event: Mapping[str, Any]) -> Request:
    return Request(
        verb=event["verb"],
        uri=event["requestURI"],
        code=event.get("responseStatus", {}).get("code", 0),
        user_agent=event.get("userAgent", ""),
        user=event["user"].get("username", ""),
    )
