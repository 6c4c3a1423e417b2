"""Tolerations and node affinity of several profiles: each adds to what is there, and all hold.

Leaves are compared and hashed, never looked into: they may be values that remember their place.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeAlias

from renderer.errors import OctavoError

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
TERMS = "nodeSelectorTerms"
# What a term asks for; all of it must hold, while of several terms one is enough.
_REQUIREMENTS = ("matchExpressions", "matchFields")
# Each affinity may multiply the terms of those before it. The cluster takes no object that large.
MAX_TERMS = 1_000

_Key: TypeAlias = Hashable
# What a term asks for, and the term.
_Terms: TypeAlias = "dict[frozenset[_Key], Mapping[str, Any]]"


def joined_tolerations(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    """The first and then the second, equal ones once."""
    return _once((*first, *second))


def joined_affinity(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The node affinity under which both hold."""
    result = {**first, **second}
    for name, joined in ((REQUIRED, _both_required), (PREFERRED, joined_tolerations)):
        if first.get(name) and second.get(name):
            result[name] = joined(first[name], second[name])
        elif first.get(name):
            result[name] = first[name]
    return result


def _both_required(first: Mapping[str, Any], second: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every pair of terms combined, without those that ask for more than another one does."""
    ones, others = _terms(first), _terms(second)
    if not others:
        return second
    if all(any(less <= asked for less in others) for asked in ones):
        return first
    if len(ones) * len(others) > MAX_TERMS:
        message = f"required node affinities together have more than {MAX_TERMS:,} terms"
        raise OctavoError(message)
    pairs = [_combined(one, other) for one in ones.values() for other in others.values()]
    return {**first, **second, TERMS: _least(pairs)}


def _terms(required: Mapping[str, Any]) -> _Terms:
    """The terms, equal ones once, without those that ask for nothing: no node meets them."""
    terms = required.get(TERMS)
    found: _Terms = {}
    for term in terms if isinstance(terms, list) else []:
        found.setdefault(_asked(term), term)
    return {asked: term for asked, term in found.items() if asked}


def _asked(term: Any) -> frozenset[_Key]:
    return frozenset(
        (name, _key(each)) for name in _REQUIREMENTS for each in _requirements(term, name)
    )


def _requirements(term: Any, name: str) -> list[Any]:
    found = term.get(name) if isinstance(term, Mapping) else None
    return found if isinstance(found, list) else []


def _combined(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    result = {**one, **other}
    for name in _REQUIREMENTS:
        if both := _once((*_requirements(one, name), *_requirements(other, name))):
            result[name] = both
    return result


def _least(terms: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The terms without those that are met only where another one, or an equal one, is met."""
    distinct: _Terms = {}
    for term in terms:
        distinct.setdefault(_asked(term), term)
    return [term for asked, term in distinct.items() if not any(less < asked for less in distinct)]


def _once(items: Iterable[Any]) -> list[Any]:
    distinct: dict[_Key, Any] = {}
    for item in items:
        distinct.setdefault(_key(item), item)
    return list(distinct.values())


def _key(value: Any) -> _Key:
    """Something that is the same for two values exactly where they are equal."""
    match value:
        case Mapping() if value:
            return frozenset((key, _key(child)) for key, child in value.items())
        case list() if value:
            return ("list", *map(_key, value))
        case Hashable() if _is_hashable(value):
            return value
        case _:
            return ("empty", str(value))


def _is_hashable(value: object) -> bool:
    """Not so: an empty mapping or list, also one that remembers its place."""
    try:
        hash(value)
    except TypeError:
        return False
    return True
