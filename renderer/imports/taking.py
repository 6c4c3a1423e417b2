"""Values that know what was read of them, so that the rest can be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]


class Taking:
    """A mapping of values; `take` reads a path, and `leftovers` are those that nobody read."""

    __slots__ = ("_taken", "_values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._taken: set[Path] = set()

    def take(self, dotted: str, default: Any = None) -> Any:
        """What stands at the path, or the default where nothing or null does."""
        path = tuple(dotted.split("."))
        self._taken.add(path)
        value: Any = self._values
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value

    def leftovers(self) -> list[str]:
        """The paths that nobody read and that say something."""
        return sorted(".".join(path) for path in self._left(self._values, ()))

    def _left(self, node: Mapping[str, Any], at: Path) -> Iterator[Path]:
        for key, value in node.items():
            path = (*at, str(key))
            if path in self._taken or value is None or value in ({}, [], ""):
                continue
            deeper = any(taken[: len(path)] == path for taken in self._taken)
            if deeper and isinstance(value, dict):
                yield from self._left(value, path)
            else:
                yield path
