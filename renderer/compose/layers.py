"""The layers of a pod, and which fragments of the catalog stand in them for a Notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from renderer.catalog import Catalog, Unresolved, unresolved_at
from renderer.compose.choices import Choices
from renderer.compose.images import Images
from renderer.compose.offers import Base, Offers
from renderer.compose.profiles import Giver
from renderer.errors import Problem
from renderer.matching import Words, matches
from renderer.model.catalog import PodDefault, Template
from renderer.model.fragments import Fragment, OnConflict, Reference
from renderer.model.notebook import Notebook
from renderer.model.singleuser import Profile, Service

Groups = Mapping[str, tuple[str, ...]]
NONE: Mapping[str, Any] = MappingProxyType({})


class LayerName(StrEnum):
    """Where a fragment comes in; later layers win."""

    TEMPLATE = "template"
    REQUIRED = "required"
    PROFILES = "profiles"
    MATCHED = "matched"
    OPTIONS = "options"
    SIZE = "size"
    NOTEBOOK = "notebook"
    OCTAVO = "octavo"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Fragments of equal rank, in order."""

    name: LayerName
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What of the catalog makes a notebook's pod, and what a revision remembers of it.

    `image` and `size` are those that are taken, chosen or not; `defaults` are those of the
    Template's parameters. `profiles` are those that match, `companions` the services that run with
    the notebook, and `services` what these give back, by their names. A restored selection is one
    notebook's own, out of its revision; any other is shared by all that choose alike. It is not
    whole where something was chosen that is not there.
    """

    template: Template | None
    layers: tuple[Layer, ...]
    image: str = ""
    size: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    companions: tuple[Service, ...] = ()
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_restored: bool = False
    is_whole: bool = True

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        return tuple(fragment for layer in self.layers for fragment in layer.fragments)


class Selector:
    """Selects fragments; remembers what does not depend on the Notebook.

    Images are matched as they run, as far as the installation's values say.
    """

    def __init__(self, catalog: Catalog, groups: Groups, values: Mapping[str, Any] = NONE) -> None:
        self._catalog = catalog
        self._groups = groups
        self._offers = Offers()
        self._images = Images(values)
        self._giver = Giver(catalog.singleuser)

    def select(self, notebook: Notebook) -> tuple[Selection | None, list[Problem]]:
        """The selection, or None and why there is none; problems may come with a selection."""
        if notebook.inline:
            base, template = Base(_inline(notebook)), None
        else:
            found = self._template(notebook)
            if isinstance(found, list):
                return None, found
            template = found
            base = self._offers.layer(template, notebook.image)
        problems: list[Problem] = []
        defaults = _defaults(template)
        words = self._images.words(notebook, base, defaults)
        choices = Choices(self._catalog, notebook, template, problems)
        options = choices.options()
        size_name, size = choices.size()
        required, matched, elected = _each_once(
            choices.required(), self._matched(notebook, words), options
        )
        given = self._giver.to(notebook, words)
        layers = {
            LayerName.TEMPLATE: base.fragments,
            LayerName.REQUIRED: required,
            LayerName.PROFILES: given.fragments,
            LayerName.MATCHED: matched,
            LayerName.OPTIONS: elected,
            LayerName.SIZE: self._giver.with_size(size, given),
        }
        selection = Selection(
            template,
            tuple(Layer(name, fragments) for name, fragments in layers.items() if fragments),
            base.image,
            size_name,
            defaults,
            given.profiles,
            given.services,
            is_whole=len(options) == len(notebook.options) and bool(size_name or not notebook.size),
        )
        return selection, problems

    def _matched(self, notebook: Notebook, words: Words) -> list[PodDefault]:
        return [
            item
            for item in self._catalog.matched
            if matches(item.match, notebook, words, self._groups)  # type: ignore[arg-type]
        ]

    def _template(self, notebook: Notebook) -> Template | list[Problem]:
        spec = notebook.origin / "spec"
        if notebook.template_ref is None:
            return [
                Problem(
                    spec.at(),
                    f"the Notebook {notebook} names no Template",
                    expected="spec.templateRef, with name and namespace",
                )
            ]
        found = self._catalog.template(notebook.template_ref, notebook.namespace)
        if isinstance(found, Unresolved):
            return list(unresolved_at(found, spec, ("templateRef", "name")))
        return found


def _each_once(*layers: Sequence[PodDefault]) -> Iterator[tuple[Fragment, ...]]:
    """The fragments of each layer, but those that stand in one before it."""
    taken: set[PodDefault] = set()
    for items in layers:
        fresh = [item for item in dict.fromkeys(items) if item not in taken]
        taken.update(fresh)
        yield tuple(item.fragment for item in fresh)


def _defaults(template: Template | None) -> Mapping[str, Any]:
    schema = (template.parameters if template else None) or {}
    return {
        name: item["default"]
        for name, item in (schema.get("properties") or {}).items()
        if isinstance(item, Mapping) and "default" in item
    }


def _inline(notebook: Notebook) -> tuple[Fragment, ...]:
    origin = notebook.template_origin or notebook.origin / "spec" / "template"
    return (
        Fragment(
            "Notebook",
            Reference(notebook.name, notebook.namespace),
            notebook.template or {},
            origin,
            OnConflict.FAIL,
            literal=True,
        ),
    )
