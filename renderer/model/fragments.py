"""The fragment: a partial PodTemplateSpec. Everything that shapes a pod becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from renderer.position import Origin


class OnConflict(StrEnum):
    """What happens when a fragment sets what another of its layer has set differently."""

    FAIL = "Fail"
    OVERRIDE = "Override"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name, perhaps with a namespace, of another document."""

    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Dependency:
    """An object that a notebook's namespace must hold; `source` is where it is copied from."""

    api_version: str
    kind: str
    name: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """A partial PodTemplateSpec as it was written, expressions unevaluated.

    A container named `main` means the main container, whatever its name is; one named `*` means
    every container. A literal fragment is a user's: nothing in it is an expression.
    """

    kind: str
    name: Reference
    template: Mapping[str, Any]
    origin: Origin
    on_conflict: OnConflict = OnConflict.FAIL
    dependencies: tuple[Dependency, ...] = ()
    literal: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
