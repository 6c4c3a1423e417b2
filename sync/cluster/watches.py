"""A watch: events until the connection ends, which is no error, or the past is forgotten."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson

from sync.cluster.lists import GONE, expired
from sync.cluster.model import Event, Resource
from sync.cluster.stream import Stream
from sync.errors import ClusterError

SHORTEST = 240
LONGEST = 300
# The server ends a watch by itself: silence beyond that is a dead connection.
GRACE = 15.0


def query(resource_version: str, selector: str, field_selector: str) -> dict[str, str]:
    seconds = random.randint(SHORTEST, LONGEST)  # noqa: S311  spreads load, keeps no secret
    return {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": resource_version,
        "labelSelector": selector,
        "fieldSelector": field_selector,
        "timeoutSeconds": str(seconds),
    }


def events(stream: Stream, resource: Resource) -> Iterator[Event]:
    for line in stream:
        event = _event(line, resource)
        if event is None:
            return
        yield event


def _event(line: bytes, resource: Resource) -> Event | None:
    """None: what was sent is no event, so the connection is not to be trusted any more."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("object"), dict):
        return None
    if found.get("type") == "ERROR":
        raise _error(found["object"], resource)
    obj = {**found["object"], **resource.type_meta}
    return Event(str(found.get("type")), obj)


def _error(status: dict[str, Any], resource: Resource) -> ClusterError:
    code = status.get("code")
    reason = str(status.get("reason") or "")
    said = f"watch {resource}: the server ended it ({reason or code})"
    error = ClusterError(code if isinstance(code, int) else 0, reason, said)
    return expired(error) if error.status == GONE else error
