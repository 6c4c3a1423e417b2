"""Names that are not taken yet, and what people called a thing as a name."""

from __future__ import annotations

import re
from collections.abc import Container

from renderer import names

_UNSAFE = re.compile(r"[^a-z0-9]+")
_LONGEST = 40


def slug(text: str, otherwise: str = "item") -> str:
    """`GPU, large (A100)` as `gpu-large-a100`."""
    found = _UNSAFE.sub("-", text.lower()).strip("-")[:_LONGEST].strip("-")
    return found or otherwise


def untaken(name: str, taken: Container[str]) -> str:
    """The name, or the name with the first number behind it that is free."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def image_id(image: str, taken: Container[str]) -> str:
    """`scipy-notebook:2025-11-10` of `quay.io/jupyter/scipy-notebook:2025-11-10`."""
    short = image.rpartition("/")[2]
    name, at, digest = short.partition("@")
    if at:
        short = f"{name}@{digest.removeprefix('sha256:')[:12]}"
    return image if short in taken else short


def is_place(namespace: object, name: object) -> bool:
    """Whether both may be parts of a path, which they become."""
    return (
        isinstance(namespace, str)
        and isinstance(name, str)
        and names.is_dns_label(namespace)
        and names.is_dns_subdomain(name)
    )
