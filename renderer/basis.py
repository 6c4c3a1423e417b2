"""What bundles follow from besides their Notebook files: what all share, and what each chose.

A document of the catalog, or a profile in one, counts for the notebooks that use it. What it
says to all of them (its name, whom it applies to by itself, what it lets be copied) counts for
everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from renderer.catalog import Catalog
from renderer.companions import use_of
from renderer.compose.profiles import user_fragments
from renderer.installation import Installation
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Fragment
from renderer.model.singleuser import Singleuser
from renderer.position import Mark, Origin


@dataclass(frozen=True, slots=True)
class Basis:
    """A digest of what all notebooks share, and one of each document that some may use."""

    shared: str
    items: Mapping[str, str] = field(default_factory=dict)

    def changed_since(self, items: Mapping[str, str]) -> frozenset[str]:
        """The documents that were others then, or are not there now or were not then."""
        names = {*self.items, *items}
        return frozenset(name for name in names if self.items.get(name) != items.get(name))


def basis_of(
    installation: Installation, program: str, sources: Iterable[tuple[str, bytes]]
) -> Basis:
    """The basis of an installation, as this program renders it from these sources."""
    settings = installation.settings
    chart = f"{settings.charts}/notebook/"
    shared = (
        program,
        settings,
        sorted(installation.overlaid),
        [source for source in sources if source[0].startswith(chart)],
        list(_said_to_all(installation.catalog)),
    )
    items: dict[str, list[object]] = {}
    for name, content in _contents(installation.catalog):
        items.setdefault(name, []).append(content)
    return Basis(_digest(shared), {name: _digest(found) for name, found in items.items()})


def uses(fragments: Iterable[Fragment]) -> tuple[str, ...]:
    """The documents of the catalog that these fragments are of, as a basis names them."""
    return tuple(sorted({_name_of(each) for each in fragments if each.kind != "Notebook"}))


def documents(catalog: Catalog) -> Iterator[tuple[str, Origin]]:
    """What notebooks may use, by the name that a basis has for it, and where it is written."""
    for item in _items(catalog):
        yield _name_of(item.fragment), item.origin
    singleuser = catalog.singleuser
    for profile in singleuser.profiles:
        yield _name_of(profile.fragment), profile.origin
    for fragment in singleuser.gpu_types:
        yield _name_of(fragment), fragment.origin
    for templates in singleuser.templates.values():
        yield use_of(templates), templates.origin


def part(origin: Origin) -> tuple[object, Mark]:
    """The part of a document that stands at a place, and where all of it is written."""
    value: Any = origin.document.value
    mark: Any = origin.document.mark
    for step in origin.path:
        value = value[step]
        with suppress(KeyError, IndexError, TypeError):  # what an alias brought has no mark
            mark = mark[1][step]
    return value, mark


def _items(catalog: Catalog) -> Iterator[Template | PodDefault | Size]:
    yield from catalog.templates.values()
    yield from catalog.pod_defaults.values()
    yield from catalog.sizes.values()


def _name_of(fragment: Fragment) -> str:
    return f"{fragment.kind} {fragment.name}"


def _said_to_all(catalog: Catalog) -> Iterator[tuple[object, ...]]:
    """What a document has to do with notebooks that do not use it; their order counts, too."""
    for item in _items(catalog):
        yield (
            _name_of(item.fragment),
            item.fragment.dependencies,
            item.match if isinstance(item, PodDefault) else None,
            item.namespaces if isinstance(item, Template) else None,
        )
    yield (sorted(map(repr, catalog.faulty)),)
    yield from _said_by_profiles(catalog.singleuser)


def _said_by_profiles(singleuser: Singleuser) -> Iterator[tuple[object, ...]]:
    """Who is matched, in which order, and what else there is by name."""
    for profile in singleuser.profiles:
        yield _name_of(profile.fragment), sorted(profile.users), sorted(profile.images)
    yield tuple(_name_of(each) for each in singleuser.gpu_types)
    yield (singleuser.has_sizes, sorted(map(use_of, singleuser.templates.values())))


def _contents(catalog: Catalog) -> Iterator[tuple[str, object]]:
    """A document is read from nothing but its values and their places, which warnings name."""
    for name, origin in documents(catalog):
        yield name, (origin.document.file, part(origin))
    for fragment in user_fragments(catalog.singleuser):
        yield _name_of(fragment), str(fragment.origin.at())


def _digest(value: object) -> str:
    """Plain data and our own frozen kinds of it say all they hold in their `repr`."""
    return blake2b(repr(value).encode(errors="surrogateescape"), digest_size=16).hexdigest()
