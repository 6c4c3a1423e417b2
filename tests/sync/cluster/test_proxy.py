"""Through an HTTP proxy: a tunnel, with the login that the proxy wants."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster as ControlPlane


class Proxy:
    """Takes one connection at a time, and remembers how it was asked for."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        with self.listener.accept()[0] as client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.heads.append(head)
            host, port = head.split()[1].decode().split(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(server, client))
                back.start()
                pump(client, server)
                back.join()

    def close(self) -> None:
        self.thread.join(5)
        self.listener.close()


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while got := source.recv(65536):
            target.sendall(got)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def test_requests_go_through_the_proxy_of_the_kubeconfig(
    cluster: ControlPlane, tmp_path: Path, connected: Any, proxy: Proxy
) -> None:
    found = json.loads(cluster.kubeconfig.read_text())
    found["clusters"][0]["cluster"]["proxy-url"] = f"http://me:p%40ss@127.0.0.1:{proxy.port}"
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(found))
    client = connected(str(path), None)

    assert client.version().startswith("v1.")
    client.close()

    (head,) = proxy.heads
    assert head.startswith(b"CONNECT 127.0.0.1:")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:p@ss") in head
