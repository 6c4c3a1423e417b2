"""Builds of OpenShift: how the newest of each tag of an ImageStream went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar


class Builds:
    """The phases of the newest builds, by what they build."""

    UNKNOWN: ClassVar[str] = "Unknown"
    FAILED: ClassVar[frozenset[str]] = frozenset({"Failed", "Error", "Cancelled"})

    def __init__(self, builds: Iterable[Mapping[str, Any]]) -> None:
        self._phases: dict[str, list[tuple[str, str]]] = {}
        # Stable: of two that began at once the later in the list is the newer.
        for build in sorted(builds, key=_began):
            output = _at(build, "spec", "output", "to")
            namespace = output.get("namespace") or _at(build, "metadata").get("namespace")
            phase = _at(build, "status").get("phase")
            found = self._phases.setdefault(str(output.get("name", "")), [])
            found.append((str(namespace or ""), str(phase or self.UNKNOWN)))

    def phase(self, name: str, namespace: str) -> str:
        """The phase of the newest build of a `stream:tag`; who names no namespace is everywhere."""
        return next(
            (
                phase
                for where, phase in reversed(self._phases.get(name, []))
                if not where or not namespace or where == namespace
            ),
            self.UNKNOWN,
        )


def _began(build: Mapping[str, Any]) -> str:
    return str(_at(build, "metadata").get("creationTimestamp") or "")


def _at(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for step in path:
        found = value.get(step)
        value = found if isinstance(found, Mapping) else {}
    return value
