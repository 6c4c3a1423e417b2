"""Where the API server is and who we are to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tls:
    """Whom we trust and what we show, as bytes: two of them are equal if nothing has changed."""

    authorities: bytes = b""
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    verify: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a connection is made to, and how; `tls` is None for plain HTTP."""

    server: str
    tls: Tls | None
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """`who` is for messages; credentials are believed until `fresh_until`, in Unix time."""

    endpoint: Endpoint
    headers: Mapping[str, str] = field(repr=False)
    who: str
    fresh_until: float = math.inf
