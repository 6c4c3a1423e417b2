"""What the nodes of a cluster could hold, and what none of them could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer import quantity

# The remainder of a unit is shown in tenths, never more than there is.
TENTHS = 10
KIBI = 1024
UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
BOTH = 2


@dataclass(frozen=True, slots=True)
class Node:
    """A node that takes pods, and how much it has for them, in billionths."""

    name: str
    allocatable: Mapping[str, int]


def nodes_of(values: Iterable[Any]) -> tuple[Node, ...]:
    """The nodes that take pods, of what `kubectl get nodes` prints as YAML or JSON."""
    return tuple(_node(value) for value in node_documents(values) if not _is_cordoned(value))


def node_documents(values: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """The Nodes among these values, and in the lists among them."""
    for value in values:
        items = _mapping(value).get("items")
        if isinstance(items, list):
            # The items of a list by its own kind may leave out what they are.
            said = {"kind": "Node"} if _mapping(value).get("kind") == "NodeList" else {}
            yield from node_documents({**said, **_mapping(item)} for item in items)
        elif _mapping(value).get("kind") == "Node":
            yield value


def homeless(resources: Mapping[str, Any], nodes: Sequence[Node]) -> str:
    """Why no node could hold what a container with these resources requests; empty if one could.

    What is said only as a limit is requested, too.
    """
    asked = {**_amounts(resources, "limits"), **_amounts(resources, "requests")}
    if any(_fits(asked, node) for node in nodes):
        return ""
    if not nodes:
        return "no node takes pods"
    short = _short(asked, nodes)
    if short:
        return f"no node could hold it: {'; '.join(_most(short, nodes))}"
    # Of what any node has enough of, nothing is short alone.
    return f"no single node has {_together(asked, nodes)}"


def beyond(resources: Mapping[str, Any], nodes: Sequence[Node]) -> str:
    """What of the limits no node has, so that they are never reached; empty if they may be."""
    short = _short(_amounts(resources, "limits"), nodes)
    return f"no node has as much as its limits: {'; '.join(_most(short, nodes))}" if short else ""


def shown(name: str, amount: int) -> str:
    """An amount in billionths: `16 CPUs`, `62.1Gi`, `4 of nvidia.com/gpu`."""
    if name == "cpu":
        count = _decimal(amount)
        return f"{count} CPU{'' if count == '1' else 's'}"
    if name == "memory":
        return _binary(amount)
    if name == "ephemeral-storage" or name.startswith("hugepages-"):
        return f"{_binary(amount)} of {name}"
    return f"{_decimal(amount)} of {name}"


def _node(value: Mapping[str, Any]) -> Node:
    status = _mapping(value.get("status"))
    name = str(_mapping(value.get("metadata")).get("name", ""))
    return Node(name, _amounts(status, "allocatable") or _amounts(status, "capacity"))


def _is_cordoned(value: Mapping[str, Any]) -> bool:
    return bool(_mapping(value.get("spec")).get("unschedulable"))


def _amounts(value: Mapping[str, Any], key: str) -> dict[str, int]:
    """Exactly; what is no amount, as an expression, is nothing that could be compared."""
    parsed = ((str(name), quantity.parse(each)) for name, each in _mapping(value.get(key)).items())
    return {name: amount for name, amount in parsed if amount is not None}


def _fits(asked: Mapping[str, int], node: Node) -> bool:
    return all(amount <= node.allocatable.get(name, 0) for name, amount in asked.items())


def _largest(name: str, nodes: Iterable[Node]) -> int:
    return max((node.allocatable.get(name, 0) for node in nodes), default=0)


def _short(asked: Mapping[str, int], nodes: Sequence[Node]) -> list[str]:
    """The resources that no node has enough of."""
    return [name for name in sorted(asked, key=_rank) if asked[name] > _largest(name, nodes)]


def _most(names: Iterable[str], nodes: Sequence[Node]) -> Iterator[str]:
    largest = {name: _largest(name, nodes) for name in names}
    there = [shown(name, amount) for name, amount in largest.items() if amount]
    if there:
        yield f"the largest takes {_and(there)}"
    absent = [name for name, amount in largest.items() if not amount]
    if absent:
        yield f"none has {_and(absent)}"


def _together(asked: Mapping[str, int], nodes: Sequence[Node]) -> str:
    """What is asked, without what every node has."""
    least = {name: min(node.allocatable.get(name, 0) for node in nodes) for name in asked}
    names = [name for name in sorted(asked, key=_rank) if asked[name] > least[name]]
    scarce = [shown(name, asked[name]) for name in names]
    return f"{'both' if len(scarce) == BOTH else 'all of'} {_and(scarce)}"


def _rank(name: str) -> tuple[bool, bool, str]:
    """CPUs first, then memory, then whatever else there is."""
    return name != "cpu", name != "memory", name


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _decimal(amount: int) -> str:
    whole, rest = divmod(amount, quantity.NANO)
    fraction = f"{rest:09}".rstrip("0")
    return f"{whole:,}{'.' if fraction else ''}{fraction}"


def _binary(amount: int) -> str:
    """In the largest unit that leaves at least one of it."""
    bytes_ = amount // quantity.NANO
    power = min(max(bytes_.bit_length() - 1, 0) // 10, len(UNITS) - 1)
    tenths = bytes_ * TENTHS // KIBI**power
    whole, tenth = divmod(tenths, TENTHS)
    return f"{whole:,}{f'.{tenth}' if tenth else ''}{UNITS[power]}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
