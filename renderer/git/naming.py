"""What git will call a directory, before it is there."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import new

from renderer.git.reading import Blob

TREE_MODE = "40000"


def tree_id(blobs: Mapping[str, Blob], trees: Mapping[str, str], algorithm: str) -> str:
    """The id of a directory of these files and directories, by name."""
    # Git sorts a directory as if a slash ended its name.
    entries = {name.encode(): (blob.mode, blob.oid) for name, blob in blobs.items()}
    entries |= {f"{name}/".encode(): (TREE_MODE, oid) for name, oid in trees.items()}
    body = b"".join(
        b"%s %s\0%s" % (mode.encode(), key.rstrip(b"/"), bytes.fromhex(oid))
        for key, (mode, oid) in sorted(entries.items())
    )
    return new(algorithm, b"tree %d\0%s" % (len(body), body)).hexdigest()
