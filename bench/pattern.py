"""What differs between the bundles of notebooks, so that others can render the same from templates.

The rules are those of a chart that people write: a text that holds the notebook's name holds a
variable, a map of which several entries differ is one value, a list that differs is looped over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renderer.yamlio import emit

# Letters and digits only, so that it stands unquoted in YAML.
TOKEN = re.compile(r"qhole(\d+)q")
ENTRY = re.compile(r"^(?P<lead>[ -]*)(?P<key>[^\s:]+): qhole(?P<number>\d+)q$", re.MULTILINE)


@dataclass(slots=True)
class Hole:
    """A value that differs from notebook to notebook."""

    name: str
    values: list[Any]

    @property
    def is_map(self) -> bool:
        return isinstance(self.values[0], dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.values[0], list)

    @property
    def is_plain(self) -> bool:
        """Whether every value reads back as itself without quotes."""
        leaves = [leaf for value in self.values for leaf in _leaves(value)]
        return all(not isinstance(leaf, str) or emit(leaf) == f"{leaf}\n" for leaf in leaves)


@dataclass(slots=True)
class Pattern:
    """Objects with holes, and what fills the holes for each notebook."""

    objects: dict[str, Any]
    holes: list[Hole] = field(default_factory=list)

    def values(self, number: int) -> dict[str, Any]:
        return {hole.name: hole.values[number] for hole in self.holes}

    def text(self, key: str, head: str, write: Writer) -> str:
        """One object as the text of a template."""
        text = write.literally(head + emit(self.objects[key]))
        text = ENTRY.sub(lambda match: self._entry(match, write), text)
        return TOKEN.sub(lambda match: write.scalar(self.holes[int(match[1])], whole=False), text)

    def _entry(self, match: re.Match[str], write: Writer) -> str:
        hole = self.holes[int(match["number"])]
        head = f"{match['lead']}{match['key']}:"
        indent = len(match["lead"])
        if hole.is_map:
            return head + write.map(hole, indent + 2)
        if hole.is_list:
            return head + write.list(hole, indent)
        return f"{head} {write.scalar(hole, whole=True)}"


@dataclass(frozen=True, slots=True)
class Writer:
    """How a template language writes holes and what would otherwise be its own signs."""

    literally: Callable[[str], str]
    map: Callable[[Hole, int], str]
    list: Callable[[Hole, int], str]
    scalar: ScalarWriter


ScalarWriter = Callable[..., str]


def pattern_of(bundles: Sequence[Mapping[str, Any]], known: Mapping[str, Sequence[str]]) -> Pattern:
    """The pattern of bundles whose objects have the same keys; `known` are the first holes."""
    holes = [Hole(name, list(values)) for name, values in known.items()]
    finder = _Finder(holes)
    keys = list(bundles[0])
    return Pattern({key: finder.find([bundle[key] for bundle in bundles]) for key in keys}, holes)


class _Finder:
    def __init__(self, holes: list[Hole]) -> None:
        self._holes = holes

    def find(self, values: Sequence[Any]) -> Any:
        first = values[0]
        if all(_same(value, first) for value in values):
            return first
        if all(isinstance(value, dict) and list(value) == list(first) for value in values):
            return self._map(values)
        if all(isinstance(value, list) for value in values):
            return self._list(values)
        if all(isinstance(value, str) for value in values):
            return self._string(values)
        return self._hole(values)

    def _map(self, values: Sequence[dict[str, Any]]) -> Any:
        columns = {key: [value[key] for value in values] for key in values[0]}
        differing = [column for column in columns.values() if any(v != column[0] for v in column)]
        if len(differing) > 1 and all(_is_scalar(v) for value in values for v in value.values()):
            return self._hole(values)
        return {key: self.find(column) for key, column in columns.items()}

    def _list(self, values: Sequence[list[Any]]) -> Any:
        if all(_is_scalar(item) for value in values for item in value):
            return self._hole(values)
        if len({len(value) for value in values}) > 1:
            raise ValueError("these lists differ in length: the benchmark's tree does not do that")
        return [self.find(column) for column in zip(*values, strict=True)]

    def _string(self, values: Sequence[str]) -> str:
        """A text around variables where that is what it is, else a variable of its own."""
        found = [self._with_variables(value, row) for row, value in enumerate(values)]
        return found[0] if all(text == found[0] for text in found) else self._hole(values)

    def _with_variables(self, value: str, row: int) -> str:
        strings = [
            (hole.values[row], number)
            for number, hole in enumerate(self._holes)
            if isinstance(hole.values[row], str)
        ]
        for text, number in sorted(strings, key=lambda pair: -len(pair[0])):
            value = value.replace(text, f"qhole{number}q")
        return value

    def _hole(self, values: Sequence[Any]) -> str:
        for number, hole in enumerate(self._holes):
            if hole.values == list(values):
                return f"qhole{number}q"
        self._holes.append(Hole(f"value{len(self._holes)}", list(values)))
        return f"qhole{len(self._holes) - 1}q"


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _leaves(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*value, *value.values()]
        case list():
            return value
        case _:
            return [value]
