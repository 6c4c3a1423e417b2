"""`/healthz`, `/readyz` and `/metrics`, on a thread of their own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sync.errors import UsageError

Page = Callable[[], tuple[int, bytes]]
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], pages: Mapping[str, Page]) -> None:
        self.pages = pages
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)  # noqa: S101
        page = self.server.pages.get(self.path.partition("?")[0])
        status, body = page() if page else (404, b"not here\n")
        self.send_response(status)
        self.send_header("Content-Type", PLAIN)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: probes come every few seconds."""


@contextmanager
def serving(address: str, pages: Mapping[str, Page]) -> Iterator[int]:
    """Answer inside the `with`; gives the port, or 0 where nothing is to be served."""
    if address in {"", "none"}:
        yield 0
        return
    host, _, port = address.rpartition(":")
    try:
        server = _Server((host.strip("[]"), int(port)), pages)
    except (ValueError, OverflowError) as error:
        raise UsageError(f'"{address}" is not an address, as in :8080') from error
    except OSError as error:
        raise UsageError(f"cannot listen on {address}: {error.strerror}") from error
    thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
