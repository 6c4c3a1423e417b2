"""A little API server that does as it is told: it stalls, lies, and hangs up."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CORE = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [
        {"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": ["get"]},
        {"name": "secrets", "kind": "Secret", "namespaced": True, "verbs": ["get"]},
        {"name": "namespaces", "kind": "Namespace", "namespaced": False, "verbs": ["get"]},
    ],
}


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """`cut` bytes of the body are sent before the connection ends; `linger` keeps it open."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    linger: threading.Event | None = None

    @property
    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Reply]


class FaultyServer:
    """Answers discovery by itself, and everything else as `answers` says."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.asked: list[Asked] = []
        self.answers: Answering = lambda _: Reply()

    def says(self, *replies: Reply) -> None:
        """One reply a request; the last one for ever."""
        left = list(replies)
        self.answers = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/api/v1":
            return Reply(body=CORE)
        self.asked.append(asked)
        return self.answers(asked)

    def kubeconfig(self, user: Mapping[str, Any] | None = None, **cluster: Any) -> str:
        """A kubeconfig that points here."""
        found = {
            "clusters": [{"name": "faulty", "cluster": {"server": self.url, **cluster}}],
            "users": [{"name": "tester", "user": {"token": "letmein"} if user is None else user}],
            "contexts": [{"name": "test", "context": {"cluster": "faulty", "user": "tester"}}],
            "current-context": "test",
        }
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps(found))
        return str(path)


@contextmanager
def running(folder: Path) -> Iterator[FaultyServer]:
    http = Server(("127.0.0.1", 0), Handler)
    http.faulty = FaultyServer(f"http://127.0.0.1:{http.server_address[1]}", folder)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield http.faulty
    finally:
        http.shutdown()
        http.hang_up()
        http.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    faulty: FaultyServer

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: list[socket.socket] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is what some tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        for each in self.connections:
            shut(each)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        query = dict(parse_qsl(split.query))
        asked = Asked(self.command, split.path, query, dict(self.headers), body)
        self.reply(self.server.faulty.answer(asked))

    do_PATCH = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  http.server's names

    def reply(self, reply: Reply) -> None:
        body = reply.bytes
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.linger is None:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body if reply.cut is None else body[: reply.cut])
        if reply.linger is not None:
            reply.linger.wait(10)
        if reply.cut is not None:
            self.close_connection = True
            shut(self.connection)


def shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
