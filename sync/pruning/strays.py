"""What stands in the cluster under our mark, and git no longer asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.marks import NOTEBOOK
from sync.objects import GroupKind, Key, Object

_RBAC = "rbac.authorization.k8s.io"
ROLE = GroupKind(_RBAC, "Role")
ROLE_BINDING = GroupKind(_RBAC, "RoleBinding")
GRANTS = frozenset({ROLE, ROLE_BINDING})


@dataclass(frozen=True, slots=True)
class Stray:
    """An object under our mark that git no longer asks for; `witnessed` as in `ownership`.

    Of one that git asks for at other times, `why` says why not now.
    """

    key: Key
    uid: str
    metadata: Mapping[str, Any]
    witnessed: bool = False
    why: str = ""

    @property
    def object(self) -> Object:
        group, kind = self.key.group_kind
        return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": self.metadata}

    @property
    def is_notebook(self) -> bool:
        return self.key.group_kind == NOTEBOOK

    @property
    def is_grant(self) -> bool:
        return self.key.group_kind in GRANTS
