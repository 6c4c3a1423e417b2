"""An answer that is read as it comes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse

from sync.cluster.wire import Line

AT_ONCE = 1 << 16


class Stream:
    """Lines until the server, the network or somebody else ends them."""

    def __init__(self, line: Line, response: HTTPResponse) -> None:
        self.line = line
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """What was cut in the middle of a line is left out."""
        rest = b""
        while got := self._read():
            *lines, rest = (rest + got).split(b"\n")
            yield from lines

    def close(self) -> None:
        self._response.close()
        self.line.close()

    def _read(self) -> bytes:
        with contextlib.suppress(OSError, HTTPException, ValueError):
            return self._response.read1(AT_ONCE)
        return b""
