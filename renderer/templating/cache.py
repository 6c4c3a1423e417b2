"""The compiled code of a chart as bytes, under a hash of all that it depends on."""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata, resources
from types import CodeType


def key_of(files: Mapping[str, str]) -> str:
    """Another file, Python, Jinja or generator makes another key."""
    digest = hashlib.sha256(f"{sys.version} {metadata.version('jinja2')} {_generator()}".encode())
    for name, text in files.items():
        digest.update(f"\0{len(name)} {len(text)}\0{name}{text}".encode(errors="surrogatepass"))
    return digest.hexdigest()


def save(codes: Mapping[str, CodeType]) -> bytes:
    return marshal.dumps(dict(codes))


def load(data: bytes) -> dict[str, CodeType] | None:
    """The code that was saved, or None where there is none, or only rubbish."""
    try:
        codes = marshal.loads(data)  # noqa: S302  (the caller vouches for its cache)
    except (EOFError, ValueError, TypeError):
        return None
    return codes if isinstance(codes, dict) else None


@lru_cache(maxsize=1)
def _generator() -> str:
    """A hash of the modules that code is made by."""
    digest = hashlib.sha256()
    for module in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()
