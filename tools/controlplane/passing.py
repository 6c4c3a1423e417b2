"""Passes requests on to an API server, and its answers back as they come."""

from __future__ import annotations

import base64
import socket
import ssl
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from controlplane import loopback
from controlplane.credentials import Pair

PIECE = 64 * 1024
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "host", "date", "server"}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The API server, and who asks it where the client does not say."""

    url: str
    tls: ssl.SSLContext = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> Upstream:
        authority = cluster.get("certificate-authority-data", "")
        context = ssl.create_default_context(cadata=_decoded(authority) or None)
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if "client-key-data" in user:
            _load_pair(context, user)
        return cls(cluster["server"], context, user.get("token", ""))

    def connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "http":
            return HTTPConnection(parts.netloc)
        return HTTPSConnection(parts.netloc, context=self.tls)


class Server(loopback.Server):
    """A proxy that asks `fault_of` what is to become of each request."""

    def __init__(
        self,
        fault_of: Callable[[str, str], Callable[[Any], None]],
        upstream: Upstream,
        pair: Pair | None,
    ) -> None:
        self.fault_of = fault_of
        self.upstream = upstream
        super().__init__(Handler, pair)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client, and the one to the API server that belongs to it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self._behind = self.server.upstream.connection()
        self._body = b""

    def finish(self) -> None:
        self._forget_connection()
        super().finish()

    def pass_on(self) -> None:
        self._body = self._read_body()
        try:
            self.server.fault_of(self.command, self.path)(self)
        except (OSError, HTTPException):  # either side is gone: so is the other
            self.hang_up()

    def reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def forward(self, at_most: int | None = None) -> None:
        answer = self._answer()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_THE_CONNECTION:
                self.send_header(name, value)
        whole = at_most is None
        if whole and answer.length is not None:
            self.send_header("Content-Length", str(answer.length))
            self.end_headers()
            self._copy(answer, self.wfile.write)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._copy(answer, self._write_chunk, at_most)
        if whole:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.hang_up()

    def ask(self) -> None:
        self._answer().read()

    def hang_up(self) -> None:
        self.close_connection = True
        self._forget_connection()
        loopback.cut(self.connection)

    def wait(self, seconds: float) -> None:
        self.server.ending.wait(seconds)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> HTTPResponse:
        sent = {
            name.lower(): value
            for name, value in self.headers.items()
            if name.lower() not in OF_THE_CONNECTION
        }
        if self.server.upstream.token:
            sent.setdefault("authorization", f"Bearer {self.server.upstream.token}")
        if self._behind.sock is None:
            self._behind.connect()
            self.server.opened(self._socket)
        self._behind.request(self.command, self.path, self._body or None, sent)
        return self._behind.getresponse()

    def _copy(
        self, answer: HTTPResponse, write: Callable[[bytes], Any], at_most: int | None = None
    ) -> None:
        left = at_most
        while left != 0 and (piece := answer.read1(PIECE if left is None else min(left, PIECE))):
            write(piece)
            left = None if left is None else left - len(piece)
        answer.close()  # or the connection would not take another request

    def _write_chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _forget_connection(self) -> None:
        if self._behind.sock is not None:
            self.server.closed(self._socket)
        self._behind.close()

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self._behind.sock
        return found


for method in METHODS:  # http.server looks for a function of each
    setattr(Handler, f"do_{method}", Handler.pass_on)


def _decoded(data: str) -> str:
    return base64.b64decode(data).decode()


def _load_pair(context: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Path(folder) / "pair.pem"
        pair.touch(mode=0o600)
        text = (_decoded(user[f"client-{each}-data"]) for each in ("certificate", "key"))
        pair.write_text("".join(text))
        context.load_cert_chain(pair)
