"""What names may look like: they become parts of URLs and of selectors."""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_LONGEST = 253

_NAMESPACE = re.compile(_LABEL)
_NAME = re.compile(_SUBDOMAIN)
_API_VERSION = re.compile(rf"(?:{_SUBDOMAIN}/)?[a-z](?:[-a-z0-9]{{0,61}}[a-z0-9])?")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")


def is_namespace(text: object) -> bool:
    return _fits(_NAMESPACE, text)


def is_name(text: object) -> bool:
    """Stricter than Kubernetes for RBAC, whose names may hold a colon."""
    return _fits(_NAME, text)


def is_api_version(text: object) -> bool:
    return _fits(_API_VERSION, text)


def is_kind(text: object) -> bool:
    return _fits(_KIND, text)


def _fits(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST and pattern.fullmatch(text) is not None
