"""Kept connections to one server, and exactly one exchange at a time on each. No retries here.

http.client rather than urllib3: sixteen threads of it send half as many requests again.
"""

from __future__ import annotations

import select
import threading
import time
from http.client import HTTPException, HTTPResponse

from sync.cluster.identity import Endpoint, Identity
from sync.cluster.leash import Leash
from sync.cluster.lost import LostError, lost
from sync.cluster.model import Answer
from sync.cluster.request import Request
from sync.cluster.stream import Stream
from sync.cluster.wire import Dialer, Line

CONNECT_WITHIN = 10.0
TRUSTED_IDLE = 0.5
OK = 200
REDIRECTS = 300


class Connections:
    """A pool; those beyond `kept` are closed after use."""

    def __init__(self, endpoint: Endpoint, kept: int, user_agent: str, leash: Leash) -> None:
        self._kept = kept
        self._user_agent = user_agent
        self._leash = leash
        self._lock = threading.Lock()
        self._idle: list[tuple[Line, float]] = []
        self._dialer = Dialer(endpoint)

    def exchange(self, identity: Identity, request: Request, seconds: float) -> Answer:
        """Send one request and read the whole answer in so many seconds, or LostError."""
        line, used = self._take(identity.endpoint, careful=not request.repeatable)
        try:
            self._connect(line, seconds)
            with self._leash.holding(line, seconds):
                answer = _whole(self._send(line, identity, request))
            if line.overdue:
                raise TimeoutError  # what was cut may look like an end
        except (OSError, HTTPException, ValueError) as error:
            raise self._failed(line, error, seconds, used=used) from None
        self._give_back(line)
        return answer

    def open(self, identity: Identity, request: Request, seconds: float) -> Answer | Stream:
        """Send one request; a good answer is left to be read as it comes."""
        line, used = self._take(identity.endpoint, careful=True)
        try:
            self._connect(line, seconds)
            with self._leash.holding(line, seconds):
                response = self._send(line, identity, request)
                if response.status == OK:
                    return Stream(line, response)
                answer = _whole(response)
        except (OSError, HTTPException, ValueError) as error:
            raise self._failed(line, error, seconds, used=used) from None
        self._give_back(line)
        return answer

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for line, _ in idle:
            line.close()

    def _connect(self, line: Line, seconds: float) -> None:
        if line.sock is None:
            line.timeout = min(CONNECT_WITHIN, seconds)
            line.connect()

    def _send(self, line: Line, identity: Identity, request: Request) -> HTTPResponse:
        headers = {"Accept": request.accept, "User-Agent": self._user_agent, **identity.headers}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        line.ask(request.method, request.target, request.body, headers)
        return line.getresponse()

    def _failed(self, line: Line, error: Exception, seconds: float, *, used: bool) -> LostError:
        """When one old connection is dead, so are the others."""
        line.close()
        if used:
            self.close()
        found = TimeoutError() if line.overdue else error
        return lost(found, line.endpoint.server, seconds, stale=used and not line.overdue)

    def _take(self, endpoint: Endpoint, *, careful: bool) -> tuple[Line, bool]:
        """A connection, and whether it was used before."""
        while True:
            with self._lock:
                if self._dialer.endpoint != endpoint:
                    self._dialer = Dialer(endpoint)
                if not self._idle:
                    return Line(self._dialer), False
                line, since = self._idle.pop()
            rested = careful or time.monotonic() - since > TRUSTED_IDLE
            if line.endpoint == endpoint and not (rested and _hung_up(line)):
                return line, True
            line.close()

    def _give_back(self, line: Line) -> None:
        with self._lock:
            keep = line.sock is not None and not line.overdue and len(self._idle) < self._kept
            if keep:
                self._idle.append((line, time.monotonic()))
        if not keep:
            line.close()


def _whole(response: HTTPResponse) -> Answer:
    good = response.status < REDIRECTS
    headers = {} if good else {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def _hung_up(line: Line) -> bool:
    """Whether there is something to read while nothing was asked: the end, most likely."""
    if line.sock is None:
        return True
    poll = select.poll()
    poll.register(line.sock, select.POLLIN)
    return bool(poll.poll(0))
