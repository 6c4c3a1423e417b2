"""An HTTP or HTTPS server on loopback, in threads that end when the `with` does."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from controlplane.credentials import Pair

ENDED_WITHIN = 5.0


class Server(ThreadingHTTPServer):
    """Knows its connections, so that the end does not wait for whoever is at the other side."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], pair: Pair | None) -> None:
        self.tls = _context(pair) if pair else None
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._answering: set[threading.Thread] = set()
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_port}"

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection that is to be cut at the end, also one to somebody else."""
        with self._lock:
            self._open.add(connection)
        if self.ending.is_set():
            cut(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self.tls:  # the handshake is the thread's, which may wait for it
            connection = self.tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        self.opened(connection)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        words = (request, client_address)
        thread = threading.Thread(target=self.process_request_thread, args=words, daemon=True)
        with self._lock:
            self._answering = {each for each in self._answering if each.is_alive()} | {thread}
            thread.start()

    def shutdown_request(self, request: Any) -> None:
        self.closed(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is what these servers are for: nothing is said."""

    def end(self) -> None:
        self.ending.set()
        self.shutdown()
        with self._lock:
            connections, threads = tuple(self._open), tuple(self._answering)
        for connection in connections:
            cut(connection)
        for thread in threads:
            thread.join(ENDED_WITHIN)
        self.server_close()


def cut(connection: socket.socket) -> None:
    """Wake whoever waits for this connection: it is over."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(server: Server) -> Iterator[None]:
    """Answer inside the `with`."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.end()
        thread.join()


def _context(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context
