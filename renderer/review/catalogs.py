"""What of a catalog differs, by what its documents are called, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from renderer.catalog import Catalog
from renderer.model.catalog import PodDefault, Size, Template
from renderer.review.effects import Effect
from renderer.review.impact import Impact
from renderer.review.ownership import Deed
from renderer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Reach:
    """Something that many notebooks share, and how many of them it reaches, by what happens."""

    name: str
    deed: Deed
    notebooks: int
    by_effect: tuple[tuple[str, int], ...] = ()


def reaches(base: Workspace, head: Workspace, impacts: Sequence[Impact]) -> list[Reach]:
    """Every document of the catalog that differs, then charts and settings."""
    before, after = _documents(base), _documents(head)
    found = []
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            reached = [each for each in impacts if name in each.uses]
            found.append(_reach(name, _deed(name in before, name in after), reached))
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
    """Documents by kind and name; two of one name are a problem elsewhere."""
    if workspace.installation is None:
        return {}
    catalog: Catalog = workspace.installation.catalog
    items: list[Template | PodDefault | Size] = [
        *catalog.templates.values(),
        *catalog.pod_defaults.values(),
        *catalog.sizes.values(),
    ]
    return {
        f"{item.fragment.kind} {item.fragment.name}": repr(item.origin.document.value)
        for item in items
    }


def _others(base: Workspace, head: Workspace) -> Iterator[tuple[str, Deed]]:
    """Settings and chart files that differ."""
    before, after = (dict(side.shared) for side in (base, head))
    charts = tuple({f"{side.settings.charts}/" for side in (base, head)})
    for name in sorted(before.keys() | after.keys()):
        is_other = name == "octavo.yaml" or name.startswith(charts)
        if is_other and before.get(name) != after.get(name):
            yield name, _deed(name in before, name in after)
