"""What bundles follow from besides their Notebook files: what all share, and what each chose.

A document of the catalog counts for the notebooks that use it. What it says to all of them (its
name, whom it applies to by itself, what it lets be copied) counts for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from renderer.catalog import Catalog
from renderer.installation import Installation
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Fragment
from renderer.position import Document


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
    items = {
        _name_of(item.fragment): _digest(_whole(item)) for item in _items(installation.catalog)
    }
    return Basis(_digest(shared), items)


def uses(fragments: Iterable[Fragment]) -> tuple[str, ...]:
    """The documents of the catalog that these fragments are of, as a basis names them."""
    return tuple(sorted({_name_of(each) for each in fragments if each.kind != "Notebook"}))


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


def _whole(item: Template | PodDefault | Size) -> tuple[object, ...]:
    """A document is read from nothing but its values and their places, which warnings name."""
    document: Document = item.origin.document
    return document.file, document.value, document.mark


def _digest(value: object) -> str:
    """Plain data and our own frozen kinds of it say all they hold in their `repr`."""
    return blake2b(repr(value).encode(errors="surrogateescape"), digest_size=16).hexdigest()
