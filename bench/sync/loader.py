"""The ceiling: ready bodies sent by threads of several processes, and nothing compared.

Standard library only on the way, one piece a request, connections kept.
"""

from __future__ import annotations

import json
import multiprocessing
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse, HTTPSConnection
from itertools import repeat
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import urlsplit

from bench.sync.bodies import QUERY, read

Item = tuple[str, bytes]
HEAD = (
    "PATCH {target}?{query} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
    "Content-Type: application/apply-patch+yaml\r\nAccept: application/json\r\n"
    "Content-Length: {length}\r\n\r\n"
)
GOOD = 300


class Sender:
    """One connection."""

    def __init__(self, url: str, authority: str, token: str) -> None:
        parts = urlsplit(url)
        context = ssl.create_default_context(cafile=authority)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._connection = HTTPSConnection(parts.netloc, context=context)
        self._connection.connect()
        self._host, self._token = parts.netloc, token

    def send(self, items: Iterator[Item]) -> int:
        """Send one after the other, until another has taken the last; how many were refused."""
        return sum(not self._send(*item) for item in items)

    def _send(self, target: str, body: bytes) -> bool:
        head = HEAD.format(
            target=target, query=QUERY, host=self._host, token=self._token, length=len(body)
        )
        self._connection.send(head.encode() + body)
        response = HTTPResponse(self._connection.sock, method="PATCH")
        response.begin()
        response.read()
        return response.status < GOOD


def main(file: str, where: Sequence[str], processes: int, threads: int) -> None:
    """Say how long it took from the first request to the last answer, as JSON."""
    first, rest = read(Path(file))
    ready = multiprocessing.Barrier(processes + 1)
    refused = multiprocessing.Value("i", 0)

    def work(number: int) -> None:
        senders = [Sender(*where) for _ in range(threads)]
        with ThreadPoolExecutor(threads) as pool:
            found = 0
            for wave in (first, rest):
                mine = iter(wave[number::processes])
                ready.wait()
                found += sum(pool.map(Sender.send, senders, repeat(mine)))
                ready.wait()
        with refused.get_lock():
            refused.value += found

    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(number,)) for number in range(processes)]
    for each in workers:
        each.start()
    wall = _waves(ready)
    for each in workers:
        each.join()
    print(json.dumps({"wall": wall, "objects": len(first) + len(rest), "refused": refused.value}))


def _waves(ready: Barrier) -> float:
    wall = 0.0
    for _ in range(2):
        ready.wait()
        start = time.perf_counter()
        ready.wait()
        wall += time.perf_counter() - start
    return wall


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:5], int(sys.argv[5]), int(sys.argv[6]))
