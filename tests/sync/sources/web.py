"""A git server on loopback: git's own `http-backend` behind Basic authentication and TLS."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.git.backend import ask


@dataclass(slots=True)
class Web:
    """What the server lets in, where it sends others, and what it was asked."""

    root: Path
    allowed: str = ""
    redirect: str = ""
    hang: threading.Event | None = None
    port: int = 0
    scheme: str = "http"
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/origin/.git"

    def allow(self, username: str, token: str) -> None:
        self.allowed = "Basic " + base64.b64encode(f"{username}:{token}".encode()).decode()


class _Handler(BaseHTTPRequestHandler):
    web: Web

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        said = self.headers.get("Authorization", "")
        self.web.asked.append((self.path, said))
        if self.web.hang:
            self.web.hang.wait(30)
            return
        if self.web.redirect:
            self._say(302, {"Location": self.web.redirect + self.path})
        elif self.web.allowed and said != self.web.allowed:
            self._say(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._backend(body)

    def _say(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _backend(self, body: bytes) -> None:
        answer = ask(self.web.root, self, body)
        self._say(answer.status, answer.headers, answer.body)


@contextmanager
def serving(root: Path, certificate: Path | None = None) -> Iterator[Web]:
    web = Web(root)
    handler = type("Handler", (_Handler,), {"web": web})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
            web.scheme = "https"
        web.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            if web.hang:
                web.hang.set()
            server.shutdown()
            thread.join()
