"""A pod that many notebooks share, with places left open for what differs between them.

Fragments are folded once, with a token in the place of each expression; for each notebook only
the expressions are evaluated and set in. That is right as long as no merge looks at the value of
an expression, so a fragment with an expression in a merge key has no mold, and neither has a
value that is no scalar. Whoever has none is folded the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from renderer.compose.adding import different, items_of
from renderer.merge import merge_keys, scalar_lists
from renderer.model.fragments import Fragment, Scheduling
from renderer.position import Path
from renderer.templating.expressions import CompiledFragment, Plan, filled

SCALARS = frozenset({str, int, float, bool})


class Token:
    """The place of one expression; equal to nothing but itself."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What was joined, of which equal items were kept once, as if each token was like no other."""

    items: list[Any]
    plan: Plan
    different: int

    def holds(self, values: list[Any]) -> bool:
        """Whether these values make no item the same as another one."""
        return different(filled(self.items, self.plan, values)) == self.different


@dataclass(frozen=True, slots=True, eq=False)
class Mold:
    """A folded pod with tokens, and the fragments whose expressions they stand for."""

    pod: Mapping[str, Any]
    main: str
    port: int | None
    fragments: tuple[CompiledFragment, ...]
    plan: Plan
    joined: Joined | None = None

    def fill(self, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The pod of a notebook, or None where a value is none that a token may stand for."""
        if not self.plan and not self.fragments:
            return self.pod
        values: list[Any] = []
        for fragment in self.fragments:
            values += fragment.values(variables)
        if not SCALARS.issuperset(map(type, values)):
            return None
        if self.joined is not None and not self.joined.holds(values):
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


def joined(pods: Iterable[Mapping[str, Any]], fragments: Iterable[Fragment]) -> Joined | None:
    """What fragments had to say of scheduling, where one added and there are tokens in it."""
    if not any(each.scheduling is Scheduling.ADD for each in fragments):
        return None
    items = [item for pod in pods for item in items_of(pod)]
    plan = open_places(items)
    return Joined(items, plan, different(items)) if plan else None


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
