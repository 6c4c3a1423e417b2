"""What cannot be beside our own fields in a pod or a Service, though the server may take both.

Older servers do not read the pod of a StatefulSet: both sources of a volume are taken, and no pod
is ever made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.fields.strays import is_applied, names_at, pairs
from sync.fields.tree import Elements, keyed, keys_of
from sync.objects import Object

HANDLERS = frozenset({"exec", "grpc", "httpGet", "tcpSocket"})
ONE_OF = {
    "f:env": frozenset({"value", "valueFrom"}),
    "f:livenessProbe": HANDLERS,
    "f:postStart": HANDLERS,
    "f:preStop": HANDLERS,
    "f:readinessProbe": HANDLERS,
    "f:startupProbe": HANDLERS,
}
SOURCES, PORTS = "f:volumes", "f:ports"


def rivals(desired: Object, live: Object) -> tuple[Elements, ...]:
    """What is in the way of ours, and no other tool applied."""
    found = _rivals(desired.get("spec"), live.get("spec"), (live, ("f:spec",)))
    return tuple(sorted(each for each in found if not is_applied(live, each)))


Way = tuple[Object, Elements]


def _rivals(want: Any, there: Any, way: Way) -> Iterator[Elements]:
    if isinstance(want, dict) and isinstance(there, dict):
        yield from _of_map(want, there, way)
    elif isinstance(want, list) and isinstance(there, list):
        yield from _of_list(want, there, way)


def _of_map(want: Mapping[str, Any], there: Mapping[str, Any], way: Way) -> Iterator[Elements]:
    live, at = way
    alternatives = _alternatives(want, there, at)
    if alternatives & want.keys():
        yield from ((*at, f"f:{name}") for name in (alternatives & there.keys()) - want.keys())
    for name in want.keys() & there.keys():
        yield from _rivals(want[name], there[name], (live, (*at, f"f:{name}")))


def _alternatives(want: Object, there: Object, at: Elements) -> frozenset[str]:
    """The fields of which there may be one."""
    around = next((each for each in reversed(at) if each[0] == "f"), "")
    if around == SOURCES:
        return frozenset(want.keys() | there.keys()) - {"name"}
    return ONE_OF.get(around, frozenset())


def _of_list(want: list[Any], there: list[Any], way: Way) -> Iterator[Elements]:
    live, at = way
    names = names_at(live, at)
    ours = {}
    for one, other, element in pairs(want, there, names):
        ours[element] = one
        yield from _rivals(one, other, (live, (*at, element)))
    if at[-1] == PORTS and names:
        called = {each.get("name") for each in want} - {None}
        twins = (each for each in there if each.get("name") in called)
        yield from ((*at, each) for twin in twins if (each := keyed(names, twin)) not in ours)


def emptied(desired: Object, places: Iterable[Elements]) -> Object:
    """The object with null where rivals are: older servers drop a structure in no other way."""
    found: Any = desired
    for at in places:
        found = _emptied(found, at)
    return dict(found)


def _emptied(value: Any, at: Elements) -> Any:
    first, *rest = at
    if first[:2] == "f:":
        name = first[2:]
        return {**value, name: _emptied(value[name], tuple(rest)) if rest else None}
    if not rest:
        return value
    keys = keys_of(first)
    return [_emptied(each, tuple(rest)) if _fits(each, keys) else each for each in value]


def _fits(item: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    return all(item.get(name, value) == value for name, value in keys.items())
