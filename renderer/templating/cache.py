"""The compiled code of a chart as bytes, under a hash of all that it depends on."""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import CodeType

import jinja2

_SEAL = 32  # bytes
_MAKERS = ("renderer.templating", "renderer.yamlio")


def key_of(files: Mapping[str, str]) -> str:
    """Another file, Python, Jinja or generator makes another key."""
    digest = hashlib.sha256(f"{sys.version} {jinja2.__version__} {_generator()}".encode())
    for name, text in files.items():
        digest.update(f"\0{len(name)} {len(text)}\0{name}{text}".encode(errors="surrogatepass"))
    return digest.hexdigest()


def save(codes: Mapping[str, CodeType], key: str) -> bytes:
    data = marshal.dumps(dict(codes))
    return _seal(data, key) + data


def load(entry: bytes, key: str) -> dict[str, CodeType] | None:
    """The code that was saved under this key, or None where there is none, or only rubbish.

    The seal finds what is cut, damaged or misplaced. It is no signature: who can write into the
    cache must be trusted.
    """
    seal, data = entry[:_SEAL], entry[_SEAL:]
    if seal != _seal(data, key):
        return None
    try:
        codes = marshal.loads(data)  # noqa: S302  (the caller vouches for its cache)
    except (EOFError, ValueError, TypeError):
        return None
    return codes if isinstance(codes, dict) else None


def _seal(data: bytes, key: str) -> bytes:
    return hashlib.sha256(key.encode() + data).digest()


@lru_cache(maxsize=1)
def _generator() -> str:
    """A hash of the modules that code is made by."""
    digest = hashlib.sha256()
    for package in _MAKERS:
        for module in sorted(resources.files(package).iterdir(), key=lambda entry: entry.name):
            if module.name.endswith(".py"):
                digest.update(module.read_bytes())
    return digest.hexdigest()
