"""The layers of a pod, and which fragments of the catalog stand in them for a Notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from renderer.catalog import Catalog, Unresolved, unresolved_at
from renderer.compose.offers import Offers
from renderer.errors import Problem
from renderer.matching import matches
from renderer.model.catalog import PodDefault, Template
from renderer.model.fragments import Fragment, OnConflict, Reference
from renderer.model.notebook import Notebook
from renderer.position import Path

Groups = Mapping[str, tuple[str, ...]]


class LayerName(StrEnum):
    """Where a fragment comes in; later layers win."""

    TEMPLATE = "template"
    REQUIRED = "required"
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
    Template's parameters. A restored selection is one notebook's
    own, out of its revision; any other is shared by all that choose alike. It is not whole
    where something was chosen that is not there.
    """

    template: Template | None
    layers: tuple[Layer, ...]
    image: str = ""
    size: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    is_restored: bool = False
    is_whole: bool = True

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        return tuple(fragment for layer in self.layers for fragment in layer.fragments)


class Selector:
    """Selects fragments; remembers what does not depend on the Notebook."""

    def __init__(self, catalog: Catalog, groups: Groups) -> None:
        self._catalog = catalog
        self._groups = groups
        self._offers = Offers()

    def select(self, notebook: Notebook) -> tuple[Selection | None, list[Problem]]:
        """The selection, or None and why there is none; problems may come with a selection."""
        if notebook.inline:
            base, template, image = _inline(notebook), None, ""
            home = notebook.namespace
        else:
            found = self._template(notebook)
            if isinstance(found, list):
                return None, found
            template, home = found, found.namespace
            base, image = self._offers.layer(template, notebook.image)
        problems: list[Problem] = []
        required = self._required(template)
        matched = [
            item
            for item in self._catalog.matched
            if matches(item.match, notebook, image, self._groups)  # type: ignore[arg-type]
        ]
        options = self._options(notebook, template, home, problems)
        size = self._size(notebook, template, home, problems)
        layers = [Layer(LayerName.TEMPLATE, base)]
        taken: set[PodDefault] = set()
        for name, items in (
            (LayerName.REQUIRED, required),
            (LayerName.MATCHED, matched),
            (LayerName.OPTIONS, options),
        ):
            fresh = [item for item in dict.fromkeys(items) if item not in taken]
            taken.update(fresh)
            if fresh:
                layers.append(Layer(name, tuple(item.fragment for item in fresh)))
        if size is not None:
            layers.append(Layer(LayerName.SIZE, (size,)))
        size_name = size.name.name if size else ""
        taken_ones = (image, size_name, _defaults(template))
        is_whole = len(options) == len(notebook.options) and (not notebook.size or size is not None)
        selection = Selection(template, tuple(layers), *taken_ones, is_whole=is_whole)
        return selection, problems

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

    def _required(self, template: Template | None) -> list[PodDefault]:
        # Names that mean nothing are said once, of the catalog; here they are passed over.
        if template is None:
            return []
        found = (
            self._catalog.pod_default(reference, template.namespace)
            for reference in template.required
        )
        return [item for item in found if not isinstance(item, Unresolved)]

    def _options(
        self,
        notebook: Notebook,
        template: Template | None,
        namespace: str,
        problems: list[Problem],
    ) -> list[PodDefault]:
        items = []
        for index, reference in enumerate(notebook.options):
            found = self._catalog.pod_default(reference, namespace)
            if not isinstance(found, Unresolved):
                items.append(found)
                if _is_foreign(found, template):
                    problems.append(_foreign(found, notebook, index))
            elif template is None or template.options is None:
                # A Template that lists its options has said already that this is none of them.
                path: Path = ("options", index)
                problems.extend(unresolved_at(found, notebook.origin / "spec", path))
        return items

    def _size(
        self,
        notebook: Notebook,
        template: Template | None,
        namespace: str,
        problems: list[Problem],
    ) -> Fragment | None:
        name = notebook.size or (template.default_size if template else "")
        if not name:
            return None
        found = self._catalog.size(name, namespace)
        if isinstance(found, Unresolved):
            if notebook.size and (template is None or template.sizes is None):
                problems.extend(unresolved_at(found, notebook.origin / "spec", ("size",)))
            return None
        return found.fragment


def _is_foreign(option: PodDefault, template: Template | None) -> bool:
    """Whether a Template that lists no options is asked for one of another namespace."""
    return (
        template is not None and template.options is None and option.namespace != template.namespace
    )


def _foreign(option: PodDefault, notebook: Notebook, index: int) -> Problem:
    return Problem(
        notebook.origin.at(("spec", "options", index)),
        f"the PodDefault {option.namespace}/{option.name} is not offered to {notebook}",
        expected="one of the Template's namespace",
        hint="a Template offers those of other namespaces in spec.options",
    )


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
