"""Objects of services that another notebook of the namespace has as well, under the same name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from renderer import names
from renderer.companions.uses import USE
from renderer.companions.variables import word_of
from renderer.errors import Problem
from renderer.position import Position

_ENDING = ".yaml"


class Bundled(NamedTuple):
    """What is known of a notebook once it is rendered; the owner is `User:alice`, or nobody."""

    namespace: str
    name: str
    position: Position
    owner: str
    files: tuple[str, ...]
    uses: tuple[str, ...]


def shared(bundles: Iterable[Bundled]) -> Iterator[Problem]:
    """A problem for each object that a service brings and another notebook has."""
    bundles = list(bundles)
    bringing = [each for each in bundles if any(use.startswith(USE) for use in each.uses)]
    if not bringing:
        return
    spaces = {each.namespace for each in bringing}
    holders: dict[tuple[str, str, str], Bundled] = {}
    for each in bundles:
        if each.namespace in spaces:
            for kind, name in _own(each):
                holders[each.namespace, kind, name] = each
    for each in bringing:
        for kind, name in _brought(each):
            other = holders.setdefault((each.namespace, kind, name), each)
            if other.name != each.name:
                yield _problem(each, other, f"{kind} {name}")


def _problem(bringing: Bundled, other: Bundled, what: str) -> Problem:
    return Problem(
        other.position,
        f"the Notebook {other.namespace}/{other.name} would have the {what},"
        f" which a service of {bringing.namespace}/{bringing.name} makes",
        hint="give this Notebook another name",
        there=(bringing.position,),
    )


def _own(bundle: Bundled) -> Iterator[tuple[str, str]]:
    """The kinds and names of a notebook's objects, as their files are called."""
    main = names.object_name(bundle.name)
    for file in bundle.files:
        kind, dash, rest = file.removesuffix(_ENDING).partition("-")
        yield kind, f"{main}-{rest}" if dash else main


def _brought(bundle: Bundled) -> Iterator[tuple[str, str]]:
    """Those that services bring; whether a name begins like the notebook's, a file does not say."""
    word = word_of(bundle.owner, bundle.name)
    for file in bundle.files:
        kind, _, rest = file.removesuffix(_ENDING).partition("-")
        if word in rest:
            yield kind, rest
