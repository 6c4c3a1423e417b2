"""People and groups, as RBAC knows them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """What a notebook is shared for."""

    VIEW = "view"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Subject:
    """An RBAC subject: a User or a Group, or a ServiceAccount of a namespace."""

    kind: str
    name: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A subject with whom a notebook is shared."""

    subject: Subject
    access: Access
