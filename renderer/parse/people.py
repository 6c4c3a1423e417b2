"""Subjects, shares and references, each written as a string or as a mapping."""

from __future__ import annotations

from typing import Any

from renderer.model.fragments import Reference
from renderer.model.subjects import Access, Share, Subject


def subject(written: Any, namespace: str = "") -> Subject:
    """A plain string is a User; a ServiceAccount without a namespace is of the given one."""
    if isinstance(written, str):
        return Subject("User", written)
    kind = written.get("kind", "User")
    given = written.get("namespace", namespace) if kind == "ServiceAccount" else ""
    return Subject(kind, written["name"], given)


def share(written: Any, namespace: str) -> Share:
    """A subject, a User unless it says otherwise, with what it may do."""
    return Share(subject(written, namespace), Access(written["access"]))


def reference(written: Any) -> Reference:
    """`name`, `namespace/name`, or a mapping."""
    if isinstance(written, str):
        namespace, _, name = written.rpartition("/")
        return Reference(name, namespace)
    return Reference(written["name"], written.get("namespace", ""))


def same_reference(written: Any) -> tuple[str, str] | None:
    """What makes two written references one, or None for what is no reference."""
    if isinstance(written, str):
        namespace, _, name = written.rpartition("/")
        return namespace, name
    if isinstance(written, dict) and isinstance(written.get("name"), str):
        return str(written.get("namespace", "")), written["name"]
    return None
