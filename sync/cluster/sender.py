"""Sends requests until they succeed, are refused, or the deadline is over."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import orjson

from sync.cluster import refusals, retry
from sync.cluster.connections import Connections
from sync.cluster.credentials import Credentials
from sync.cluster.gate import Gate, GateClosedError, GateTimeoutError
from sync.cluster.identity import Identity
from sync.cluster.lost import LostError
from sync.cluster.model import Answer
from sync.cluster.request import Request
from sync.cluster.silence import Silence
from sync.cluster.stream import Stream
from sync.errors import ClusterError, SyncError

UNAUTHORIZED = 401
REDIRECTS = 300
SHORTEST = 0.05
# How much of the deadline one attempt may take: little, when nobody has had an answer for long.
PART, SHORT_PART = 0.5, 0.1


@dataclass(slots=True)
class Effort:
    """What one request has cost so far; its time begins when it is first its turn."""

    until: float | None = None
    attempt: int = 0
    renewed: bool = False
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A success."""

    value: dict[str, Any] | Stream


class Sender:
    """Safe to use from many threads."""

    def __init__(
        self, credentials: Credentials, connections: Connections, gate: Gate, deadline: float
    ) -> None:
        self._credentials = credentials
        self._connections = connections
        self._gate = gate
        self._deadline = deadline
        self._silence = Silence(deadline)
        self._closing = threading.Event()

    def ask(self, request: Request) -> dict[str, Any]:
        """The answer's JSON object."""
        value = self._persist(request, Effort())
        assert isinstance(value, dict)  # noqa: S101  for the type
        return value

    def stream(self, request: Request) -> Stream:
        """The answer, to be read as it comes."""
        value = self._persist(request, Effort(streamed=True))
        assert isinstance(value, Stream)  # noqa: S101  for the type
        return value

    def close(self) -> None:
        """Nothing is tried again, nothing more is sent."""
        self._closing.set()
        self._gate.close()
        self._connections.close()

    def _persist(self, request: Request, effort: Effort) -> dict[str, Any] | Stream:
        while True:
            identity = self._credentials.current()
            outcome = self._attempt(request, identity, effort)
            if isinstance(outcome, Parsed):
                return outcome.value
            if self._renewed(outcome, identity, effort):
                continue
            pause = self._pause(request, outcome, effort)
            if pause is None or self._closing.wait(pause):
                raise self._error(request, outcome, identity)

    def _attempt(
        self, request: Request, identity: Identity, effort: Effort
    ) -> Parsed | Answer | LostError:
        effort.attempt += 1
        now = time.monotonic()
        try:
            with self._gate.turn(effort.until):
                now = time.monotonic()
                effort.until = effort.until or now + self._deadline
                outcome = self._once(request, identity, effort, now)
        except LostError as error:
            self._silence.lost(now)
            return error
        except GateTimeoutError:
            return LostError("the server asked for fewer requests for too long", hopeless=True)
        except GateClosedError:
            return LostError("stopping", hopeless=True)
        self._silence.heard()
        if isinstance(outcome, Answer) and retry.throttles(outcome):
            pause = retry.asked_pause(outcome)
            self._gate.throttled(now, min(self._deadline, 0.0 if pause is None else pause))
        return outcome

    def _once(
        self, request: Request, identity: Identity, effort: Effort, now: float
    ) -> Parsed | Answer:
        if effort.streamed:
            found = self._connections.open(identity, request, self._deadline / 2)
            return Parsed(found) if isinstance(found, Stream) else found
        left = (effort.until or now) - now
        longest = self._deadline * (SHORT_PART if self._silence.is_long else PART)
        answer = self._connections.exchange(identity, request, max(SHORTEST, min(left, longest)))
        if answer.status >= REDIRECTS:
            return answer
        self._gate.served()
        return Parsed(_object(answer.body, identity))

    def _renewed(self, outcome: Answer | LostError, identity: Identity, effort: Effort) -> bool:
        """Whether to go on with new credentials, once."""
        refused = isinstance(outcome, Answer) and outcome.status == UNAUTHORIZED
        if not refused or effort.renewed:
            return False
        effort.renewed = True
        try:
            self._credentials.renew(identity)
        except SyncError as error:
            raise ClusterError(
                UNAUTHORIZED, "Unauthorized", f"log in again: {identity.who} was refused; {error}"
            ) from error
        return True

    def _pause(self, request: Request, outcome: Answer | LostError, effort: Effort) -> float | None:
        """How long to wait before the next attempt, None for not at all."""
        if effort.attempt >= retry.attempts(outcome, repeatable=request.repeatable):
            return None
        if isinstance(outcome, LostError) and outcome.stale and effort.attempt == 1:
            return 0.0
        if isinstance(outcome, LostError) and self._silence.is_long:
            return None
        asked = retry.asked_pause(outcome) if isinstance(outcome, Answer) else None
        pause = retry.backoff(effort.attempt) if asked is None else asked
        over = effort.until is not None and time.monotonic() + pause >= effort.until
        return None if over else pause

    def _error(
        self, request: Request, outcome: Answer | LostError, identity: Identity
    ) -> ClusterError:
        if isinstance(outcome, LostError):
            return refusals.named(request, outcome.words, 0, "NoAnswer")
        return refusals.refusal(request, outcome, identity)


def _object(body: bytes, identity: Identity) -> dict[str, Any]:
    """A JSON object; anything else is an answer that was cut, or not an API server's."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise LostError(f"{identity.endpoint.server} answered with what is no whole JSON object")
    return value
