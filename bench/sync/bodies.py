"""What is sent for each object, ready made, for a loader that does nothing but send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from sync import seen, shelf
from sync.marks import Parent
from sync.policy import Policy
from sync.sources import SourceSpec, open_source

# No uid of a cluster, and as long as one: without controllers nobody looks for the owner.
UID = "00000000-0000-4000-8000-000000000000"
QUERY = "fieldManager=octavo"


def write(bundles: Path, file: Path) -> int:
    """A line for each object: where it goes, and what it is. Returns how many."""
    lines = [*_lines(bundles)]
    file.write_bytes(b"\n".join(lines))
    return len(lines)


def read(file: Path) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """Namespaces, which must be there first, and everything else."""
    parsed = (orjson.loads(line) for line in file.read_bytes().splitlines())
    found = [(target, orjson.dumps(body)) for target, body in parsed]
    first = [each for each in found if _is_namespace(each[0])]
    return first, [each for each in found if not _is_namespace(each[0])]


def target(obj: Mapping[str, Any]) -> str:
    """The path of an object that exists in a plain cluster under the usual plural."""
    meta, version = obj["metadata"], obj["apiVersion"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    inside = f"/namespaces/{meta['namespace']}" if obj["kind"] != "Namespace" else ""
    return f"{root}{inside}/{obj['kind'].lower()}s/{quote(meta['name'], safe='')}"


def _is_namespace(where: str) -> bool:
    return where.startswith("/api/v1/namespaces/") and where.count("/") == 4  # noqa: PLR2004


def _lines(bundles: Path) -> Iterator[bytes]:
    policy = Policy()
    snapshot = open_source(SourceSpec(directory=str(bundles))).fetch()
    read_shelf = shelf.read(snapshot, policy)
    snapshot.close()
    for place in read_shelf.places.values():
        parent = Parent(place.bundle.namespace, place.bundle.name, UID)
        sent = seen.desired(place, parent, policy.agent)
        yield orjson.dumps([target(sent), sent])
