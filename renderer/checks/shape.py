"""How the checks walk a pod: what is not shaped as Kubernetes wants it is the schema's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from renderer.position import Path
from renderer.schema.words import quoted

EMPTY: Mapping[str, Any] = MappingProxyType({})
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")


class Container(NamedTuple):
    """A container, where it stands in the pod, and what it is called in a message."""

    path: Path
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return text(self.body.get("name"))

    @property
    def is_sidecar(self) -> bool:
        """Whether it runs beside the others: all do, but init containers that end."""
        return self.path[1] != "initContainers" or self.body.get("restartPolicy") == "Always"

    def __str__(self) -> str:
        return f"the container {quoted(self.name)}" if self.name else "a container without a name"


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else EMPTY


def text(value: object) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def items(value: object) -> list[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list, each with its index."""
    if not isinstance(value, list):
        return []
    return [(index, item) for index, item in enumerate(value) if isinstance(item, dict)]


def containers_of(spec: Mapping[str, Any]) -> list[Container]:
    """Every container of a pod spec: main ones, init ones, ephemeral ones."""
    return [
        Container(("spec", field, index), body)
        for field in CONTAINER_LISTS
        if field in spec
        for index, body in items(spec[field])
    ]


def repeated(values: Sequence[str | tuple[int, str] | None]) -> list[tuple[int, int]]:
    """The index of every value that came before, with the index where it came first.

    Empty values do not count.
    """
    if len(set(values)) == len(values):
        return []
    first: dict[str | tuple[int, str], int] = {}
    return [
        (index, first[value])
        for index, value in enumerate(values)
        if value and first.setdefault(value, index) != index
    ]
