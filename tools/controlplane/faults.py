"""A proxy before an API server that fails as a test tells it to.

with faults(cluster.kubeconfig) as proxy:
    proxy.add(lambda method, path: method == "PATCH", status(429, retry_after=1), times=2)
    octavo("sync", kubeconfig=proxy.kubeconfig)
    assert proxy.seen(lambda method, path: method == "PATCH") == 9
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controlplane import binaries, credentials, loopback, passing

Match = Callable[[str, str], bool]  # the method; the path, with its query
REASONS = {401: "Unauthorized", 403: "Forbidden", 409: "Conflict", 410: "Expired"}


class Exchange(Protocol):
    """A request that came in whole and has no answer yet."""

    def reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        """Answer in the API server's place."""

    def forward(self, at_most: int | None = None) -> None:
        """Have the API server answer; after so many bytes of the body, cut the connection."""

    def ask(self) -> None:
        """Have the API server do it, and keep its answer."""

    def hang_up(self) -> None:
        """Close the connection."""

    def wait(self, seconds: float) -> None:
        """Let time pass; not beyond the end of the proxy."""


Fault = Callable[[Exchange], None]


def none(exchange: Exchange) -> None:
    """Do what a proxy does."""
    exchange.forward()


def status(
    code: int, retry_after: int | None = None, message: str = "a fault, on purpose"
) -> Fault:
    """Answer with a Status instead of asking the API server."""
    said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    body = json.dumps({**said, "reason": REASONS.get(code, ""), "message": message}).encode()
    headers = {"Content-Type": "application/json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return lambda exchange: exchange.reply(code, body, headers)


forbid = status(403)


def delay(seconds: float, then: Fault = none) -> Fault:
    """Be slow first."""

    def slowly(exchange: Exchange) -> None:
        exchange.wait(seconds)
        then(exchange)

    return slowly


def cut_after(size: int) -> Fault:
    """Close the connection after so many bytes of the body, or, if it has fewer, before its end."""
    return lambda exchange: exchange.forward(at_most=size)


def cut_before(exchange: Exchange) -> None:
    """Have it done, and lose the answer."""
    exchange.ask()
    exchange.hang_up()


def refuse(exchange: Exchange) -> None:
    """Close the connection, nothing done."""
    exchange.hang_up()


def garbage(exchange: Exchange) -> None:
    """Answer 200 with what is no JSON."""
    exchange.reply(200, b"<html>{not json", {"Content-Type": "application/json"})


@dataclass(slots=True)
class Rule:
    """Which requests meet a fault; `left` is how many more, None: all."""

    match: Match
    fault: Fault
    left: int | None

    def takes(self, method: str, path: str) -> bool:
        if self.left == 0 or not self.match(method, path):
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class Proxy:
    """The proxy of a test; of several rules the first one counts that is not used up."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._requests: list[tuple[str, str]] = []

    def add(self, match: Match, fault: Fault, times: int | None = None) -> Rule:
        """From now on, and so many times at most."""
        rule = Rule(match, fault, times)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._rules.clear()

    def seen(self, match: Match = lambda _method, _path: True) -> int:
        """How many such requests came in, whatever became of them."""
        return sum(match(*request) for request in self.requests)

    @property
    def requests(self) -> tuple[tuple[str, str], ...]:
        """Method and path of each, in the order in which they came in."""
        with self._lock:
            return tuple(self._requests)

    def fault_of(self, method: str, path: str) -> Fault:
        with self._lock:
            self._requests.append((method, path))
            rules = (rule.fault for rule in self._rules if rule.takes(method, path))
            return next(rules, none)


@contextmanager
def faults(upstream: Path, *, tls: bool = False) -> Iterator[Proxy]:
    """A proxy before the API server of this kubeconfig, as its user where the client names none.

    Everything passes, watches too, but no connection that is upgraded (exec, port-forward).
    """
    cluster, user = credentials.read(binaries.kubectl(), upstream)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = credentials.of_loopback(folder) if tls else None
        proxy = Proxy(folder / "kubeconfig")
        server = passing.Server(proxy.fault_of, passing.Upstream.of(cluster, user), pair)
        here = {"server": server.url}
        if pair:
            here["certificate-authority"] = str(pair.certificate)
        mine = {"token": user["token"]} if "token" in user else {}
        credentials.kubeconfig(proxy.kubeconfig, here, mine)
        with loopback.serving(server):
            yield proxy
