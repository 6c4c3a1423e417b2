"""A pod that many notebooks share, with places left open for what differs between them.

Fragments are folded once, with a token in the place of each expression; for each notebook only
the expressions are evaluated and set in. That is right as long as no merge looks at the value of
an expression, so a fragment with an expression in a merge key has no mold, and neither has a
value that is no scalar. Whoever has none is folded the long way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renderer.merge import merge_keys, scalar_lists
from renderer.position import Path
from renderer.templating.expressions import CompiledFragment, Plan, filled

SCALARS = frozenset({str, int, float, bool})


class Token:
    """The place of one expression; equal to nothing but itself."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


@dataclass(frozen=True, slots=True, eq=False)
class Mold:
    """A folded pod with tokens, and the fragments whose expressions they stand for."""

    pod: Mapping[str, Any]
    main: str
    port: int | None
    fragments: tuple[CompiledFragment, ...]
    plan: Plan

    def fill(self, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The pod of a notebook, or None where a value is none that a token may stand for."""
        if not self.plan and not self.fragments:
            return self.pod
        values: list[Any] = []
        for fragment in self.fragments:
            values += fragment.values(variables)
        if not SCALARS.issuperset(map(type, values)):
            return None
        pod: Mapping[str, Any] = filled(self.pod, self.plan, values)
        return pod


def is_moldable(fragment: CompiledFragment) -> bool:
    """Whether no merge depends on what the fragment's expressions give."""
    return not any(_decides(path) for path in fragment.paths)


def _decides(path: Path) -> bool:
    match path:
        case (*_, int(), str(key)) if key in merge_keys():
            return True
        case (*_, str(name), int()) if name in scalar_lists():
            return True
        case _:
            return any(isinstance(step, str) and step.startswith("$") for step in path)


def with_tokens(fragment: CompiledFragment, first: int) -> Mapping[str, Any]:
    """The fragment with a token in the place of each expression, numbered from `first`."""
    return fragment.filled([Token(first + each) for each in range(len(fragment.paths))])


def open_places(node: Any) -> Plan:
    """Where the tokens of a folded pod stand."""
    plan: Plan = []
    children = node.items() if isinstance(node, Mapping) else enumerate(node)
    for step, child in children:
        if isinstance(child, Token):
            plan.append((step, child.number))
        elif isinstance(child, (Mapping, list)) and (below := open_places(child)):
            plan.append((step, below))
    return plan
