"""What of a catalog differs, by what its documents are called, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from renderer.basis import documents, part
from renderer.model.singleuser import ImageStream
from renderer.review.effects import Effect
from renderer.review.impact import Impact
from renderer.review.ownership import Deed
from renderer.workspace import Workspace

# Profiles have an order, and are told apart by numbers where their names do not do that.
PROFILE = "Profile "
ORDER = "order of profiles"

Contents: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reach:
    """Something that many notebooks share, and how many of them it reaches, by what happens."""

    name: str
    deed: Deed
    notebooks: int
    by_effect: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Twins:
    """A document as the base calls it, and as the head does; None where it is not."""

    old: str | None
    new: str | None

    @property
    def deed(self) -> Deed:
        if self.old is None:
            return Deed.ADDED
        return Deed.REMOVED if self.new is None else Deed.CHANGED

    def reaches(self, impact: Impact) -> bool:
        return self.old in impact.used or self.new in impact.uses


def reaches(base: Workspace, head: Workspace, impacts: Sequence[Impact]) -> list[Reach]:
    """Every document of the catalog that differs, then charts and settings."""
    before, after = _documents(base), _documents(head)
    twins = list(_twins(before, after))
    found = []
    for each in twins:
        old, new = before.get(each.old or ""), after.get(each.new or "")
        if old != new:
            reached = [impact for impact in impacts if each.reaches(impact)]
            found.append(_reach(each.new or each.old or "", each.deed, reached))
    found.sort(key=lambda each: each.name)
    found.extend(_order(before, after, twins, impacts))
    for file, deed in _others(base, head):
        found.append(_reach(file, deed, impacts))
    return found


def _deed(was: bool, is_now: bool) -> Deed:  # noqa: FBT001 - two sides of one thing
    if was and is_now:
        return Deed.CHANGED
    return Deed.REMOVED if was else Deed.ADDED


def _reach(name: str, deed: Deed, reached: Sequence[Impact]) -> Reach:
    return Reach(name, deed, len({each.identity for each in reached}), by_effect(reached))


def by_effect(impacts: Sequence[Impact]) -> tuple[tuple[str, int], ...]:
    """How many notebooks each gravest effect has, the gravest effect first."""
    counts: dict[str, set[tuple[str, str]]] = {}
    for impact in sorted(impacts, key=lambda each: _rank(each.effects[0])):
        counts.setdefault(impact.effects[0].kind.value, set()).add(impact.identity)
    return tuple((kind, len(names)) for kind, names in counts.items())


def _rank(effect: Effect) -> int:
    return list(type(effect.kind)).index(effect.kind)


def _documents(workspace: Workspace) -> dict[str, str]:
    """What a catalog holds by kind and name; two of one name are a problem elsewhere."""
    if workspace.installation is None:
        return {}
    catalog = workspace.installation.catalog
    images = ((_image(each), each.origin) for each in catalog.singleuser.images)
    return {name: repr(part(origin)[0]) for name, origin in chain(documents(catalog), images)}


def _image(stream: ImageStream) -> str:
    space = f"{stream.namespace}/" if stream.namespace else ""
    return f"{stream.kind} {space}{stream.name}"


def _twins(before: Contents, after: Contents) -> Iterator[_Twins]:
    """What is which: by what a profile says where only its number is another, else by the name."""
    left = dict.fromkeys(name for name in before if before[name] != after.get(name))
    moved: dict[str, str] = {}
    for name in after:
        if name.startswith(PROFILE) and after[name] != before.get(name):
            same = next((old for old in left if before[old] == after[name]), None)
            if same is not None and same.startswith(PROFILE):
                moved[name] = same
                del left[same]
    for name in after:
        old = moved.get(name)
        if old is None and (name in left or before.get(name) == after[name]):
            old = name
            left.pop(name, None)
        yield _Twins(old, name)
    yield from (_Twins(name, None) for name in left)


def _order(
    before: Contents, after: Contents, twins: Sequence[_Twins], impacts: Sequence[Impact]
) -> Iterator[Reach]:
    """Where profiles that both sides have follow one another otherwise: the last has its way."""
    called = {each.new: each.old for each in twins if each.new and each.old}
    both = {name for name in called.values() if name.startswith(PROFILE)}
    then = [name for name in before if name in both]
    now = [old for name in after if (old := called.get(name)) in both]
    if then == now:
        return
    reached = []
    for impact in impacts:
        mine = {*impact.used} & {called.get(name) for name in impact.uses}
        if [name for name in then if name in mine] != [name for name in now if name in mine]:
            reached.append(impact)
    yield _reach(ORDER, Deed.CHANGED, reached)


def _others(base: Workspace, head: Workspace) -> Iterator[tuple[str, Deed]]:
    """Settings and chart files that differ."""
    before, after = (dict(side.shared) for side in (base, head))
    charts = tuple({f"{side.settings.charts}/" for side in (base, head)})
    for name in sorted(before.keys() | after.keys()):
        is_other = name == "octavo.yaml" or name.startswith(charts)
        if is_other and before.get(name) != after.get(name):
            yield name, _deed(name in before, name in after)
