"""Who uses what of a catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from renderer.catalog import Catalog
from renderer.cli import items, nodes, singleuser
from renderer.cli.items import Item, Users
from renderer.compose.layers import Selection, Selector
from renderer.compose.offers import chosen_image
from renderer.matching import words_of
from renderer.model.catalog import Template
from renderer.model.fragments import Fragment, Reference
from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.model.singleuser import DEFAULT_SIZE

PROFILE = "Profile"


@dataclass(frozen=True, slots=True)
class Usage:
    """All that a catalog offers, with who uses it."""

    notebooks: int
    templates: tuple[Item, ...]
    options: tuple[Item, ...]
    profiles: tuple[Item, ...]
    sizes: tuple[Item, ...]
    images: tuple[Item, ...]
    image_streams: tuple[Item, ...]


def usage_of(
    catalog: Catalog,
    notebooks: Iterable[Notebook],
    settings: Settings,
    held_by: nodes.Nodes = None,
) -> Usage:
    """Counts what each notebook is composed from; says what none of these nodes could hold."""
    selector = Selector(catalog, settings.groups, settings.values)
    users = _Users()
    for notebook in sorted(notebooks, key=str):
        selection, _ = selector.select(notebook)
        users.add(notebook, selection)
    made = _Making(catalog, users, held_by)
    return Usage(
        users.notebooks,
        tuple(made.templates()),
        tuple(made.options()),
        tuple(made.profiles()),
        tuple(made.sizes()),
        tuple(made.images()),
        tuple(singleuser.of_streams(catalog.singleuser.images, users.of_word)),
    )


@dataclass(slots=True)
class _Users:
    """The names of notebooks, in order, by what they have."""

    notebooks: int = 0
    default_size: list[str] = field(default_factory=list)
    _fragments: dict[Fragment | Reference, list[str]] = field(default_factory=dict)
    _images: dict[tuple[Template, str], list[str]] = field(default_factory=dict)
    _words: dict[str, list[str]] = field(default_factory=dict)

    def add(self, notebook: Notebook, selection: Selection | None) -> None:
        self.notebooks += 1
        if selection is None:
            return
        name = str(notebook)
        for fragment in selection.fragments:
            # A profile's fragment may be altered on the way; no two have one name.
            key = fragment.name if fragment.kind == PROFILE else fragment
            self._fragments.setdefault(key, []).append(name)
        if selection.template is not None:
            chosen = _image_id(selection.template, notebook)
            self._images.setdefault((selection.template, chosen), []).append(name)
        for word in words_of(notebook.image, selection.image):
            self._words.setdefault(word, []).append(name)
        if selection.size == DEFAULT_SIZE:
            self.default_size.append(name)

    def of(self, key: Fragment | Reference) -> Users:
        """Who has a fragment, or the profile of this name."""
        return tuple(self._fragments.get(key, ()))

    def of_image(self, template: Template, image_id: str) -> Users:
        return tuple(self._images.get((template, image_id), ()))

    def of_word(self, word: str) -> Users:
        """Whose image goes by this name."""
        return tuple(self._words.get(word, ()))


@dataclass(frozen=True, slots=True)
class _Making:
    """The items of a catalog, by kind."""

    catalog: Catalog
    users: _Users
    held_by: nodes.Nodes

    def templates(self) -> Iterator[Item]:
        for each in _by_name(self.catalog.templates):
            item = items.of_template(each, self.users.of(each.fragment))
            yield self._weighed(item, each.fragment)

    def options(self) -> Iterator[Item]:
        for each in _by_name(self.catalog.pod_defaults):
            yield items.of_option(each, self.users.of(each.fragment), self.catalog)

    def profiles(self) -> Iterator[Item]:
        """In the order in which they apply."""
        for each in self.catalog.singleuser.profiles:
            item = singleuser.of_profile(each, self.users.of(each.fragment.name))
            yield self._weighed(item, each.fragment)

    def sizes(self) -> Iterator[Item]:
        sizes = singleuser.in_order(self.catalog.sizes)
        if self.catalog.singleuser.has_sizes and all(each.name != DEFAULT_SIZE for each in sizes):
            yield singleuser.default_size(tuple(self.users.default_size))
        for each in sizes:
            item = items.of_size(each, self.users.of(each.fragment))
            yield self._weighed(item, each.fragment)

    def images(self) -> Iterator[Item]:
        for template in _by_name(self.catalog.templates):
            for image in template.images:
                yield items.of_image(template, image, self.users.of_image(template, image.id))

    def _weighed(self, item: Item, fragment: Fragment) -> Item:
        """The item with what the nodes say to it, where there are any."""
        found = nodes.remarks(fragment, self.held_by)
        if self.held_by is None:
            return item
        data = {**item.data, "nodes": "; ".join(found)}
        return replace(item, remarks=(*item.remarks, *found), data=data)


def _image_id(template: Template, notebook: Notebook) -> str:
    """The id as the Notebook says it: a redirect is for its owner to follow."""
    if notebook.image:
        return notebook.image
    default = chosen_image(template, "")
    return default.id if default else ""


def _by_name(found: Mapping[tuple[str, str], Any]) -> list[Any]:
    return [found[key] for key in sorted(found)]
