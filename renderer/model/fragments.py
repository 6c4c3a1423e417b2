"""The fragment: a partial PodTemplateSpec. Everything that shapes a pod becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from renderer.position import Origin


class OnConflict(StrEnum):
    """What happens when a fragment sets what another of its layer has set differently."""

    FAIL = "Fail"
    OVERRIDE = "Override"


class Scheduling(StrEnum):
    """What becomes of the tolerations and the node affinity that the pod has already."""

    REPLACE = "Replace"
    ADD = "Add"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name, perhaps with a namespace, of another document."""

    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Dependency:
    """An object that a notebook's namespace must hold; `source` is where it is copied from.

    `namespaces` are globs of those that may receive it, where the catalog bounds them; they say
    nothing of which object it is.
    """

    api_version: str
    kind: str
    name: str
    source: str
    namespaces: tuple[str, ...] | None = field(default=None, compare=False)

    def may_go_to(self, namespace: str) -> bool:
        if self.namespaces is None:
            return True
        return any(fnmatchcase(namespace, glob) for glob in self.namespaces)

    def __str__(self) -> str:
        return f"{self.kind} {self.source}/{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """A partial PodTemplateSpec as it was written, expressions unevaluated.

    A container named `main` means the main container, whatever its name is; one named `*` means
    every container. A literal fragment is a user's: nothing in it is an expression. One that adds
    its scheduling leaves the pod the tolerations it has, and both node affinities hold.
    """

    kind: str
    name: Reference
    template: Mapping[str, Any]
    origin: Origin
    on_conflict: OnConflict = OnConflict.FAIL
    dependencies: tuple[Dependency, ...] = ()
    literal: bool = False
    scheduling: Scheduling = Scheduling.REPLACE

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
