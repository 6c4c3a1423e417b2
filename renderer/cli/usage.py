"""Who uses what of a catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.catalog import Catalog
from renderer.compose.layers import Selector
from renderer.compose.offers import chosen_image
from renderer.model.catalog import Image, PodDefault, Template
from renderer.model.fragments import Fragment
from renderer.model.notebook import Notebook

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a catalog offers, and the notebooks that have it.

    `outdated` says that nobody should have it any more; `data` is what programs want to know.
    """

    name: str
    title: str
    users: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    outdated: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """All that a catalog offers, with who uses it."""

    notebooks: int
    templates: tuple[Item, ...]
    options: tuple[Item, ...]
    sizes: tuple[Item, ...]
    images: tuple[Item, ...]


def usage_of(catalog: Catalog, notebooks: Iterable[Notebook], groups: Groups) -> Usage:
    """Counts what each notebook is composed from."""
    selector = Selector(catalog, groups)
    fragments: dict[Fragment, list[str]] = {}
    images: dict[tuple[Template, str], list[str]] = {}
    total = 0
    for notebook in sorted(notebooks, key=str):
        total += 1
        selection, _ = selector.select(notebook)
        if selection is None:
            continue
        for fragment in selection.fragments:
            fragments.setdefault(fragment, []).append(str(notebook))
        if selection.template is not None:
            chosen = _image_id(selection.template, notebook)
            images.setdefault((selection.template, chosen), []).append(str(notebook))
    return Usage(
        total,
        tuple(_template(it, fragments) for it in _by_name(catalog.templates)),
        tuple(_option(it, fragments, catalog) for it in _by_name(catalog.pod_defaults)),
        tuple(_item(it, fragments) for it in _by_name(catalog.sizes)),
        tuple(
            _image(template, image, tuple(images.get((template, image.id), ())))
            for template in _by_name(catalog.templates)
            for image in template.images
        ),
    )


def _image_id(template: Template, notebook: Notebook) -> str:
    """The id as the Notebook says it: a redirect is for its owner to follow."""
    if notebook.image:
        return notebook.image
    default = chosen_image(template, "")
    return default.id if default else ""


def _by_name(items: Mapping[tuple[str, str], Any]) -> list[Any]:
    return [items[key] for key in sorted(items)]


def _item(item: Any, fragments: Mapping[Fragment, list[str]]) -> Item:
    data = {
        "namespace": item.namespace,
        "name": item.name,
        "displayName": item.display_name,
        "description": item.description,
    }
    users = tuple(fragments.get(item.fragment, ()))
    return Item(f"{item.namespace}/{item.name}", item.display_name, users, data=data)


def _template(template: Template, fragments: Mapping[Fragment, list[str]]) -> Item:
    plain = _item(template, fragments)
    data = {**plain.data, "hidden": template.hidden, "deprecated": template.deprecated}
    remarks = []
    if template.hidden:
        remarks.append("hidden")
    if template.deprecated:
        remarks.append(f"deprecated: {template.deprecated}")
    outdated = bool(template.deprecated)
    return Item(plain.name, plain.title, plain.users, tuple(remarks), outdated, data)


def _option(option: PodDefault, fragments: Mapping[Fragment, list[str]], catalog: Catalog) -> Item:
    plain = _item(option, fragments)
    required = tuple(_requiring(option, catalog))
    remarks = [f"required by {', '.join(required)}"] if required else []
    if option.match is not None:
        remarks.append("applied where it matches")
    data = {**plain.data, "requiredBy": list(required), "matched": option.match is not None}
    return Item(plain.name, plain.title, plain.users, tuple(remarks), data=data)


def _requiring(option: PodDefault, catalog: Catalog) -> Iterator[str]:
    for template in _by_name(catalog.templates):
        found = (catalog.pod_default(name, template.namespace) for name in template.required)
        if option in found:
            yield f"{template.namespace}/{template.name}"


def _image(template: Template, image: Image, users: tuple[str, ...]) -> Item:
    remarks = []
    if image.default:
        remarks.append("default")
    if image.hidden:
        remarks.append("hidden")
    if image.deprecated:
        remarks.append(f"deprecated: {image.deprecated}")
    if image.redirect_to:
        reason = f": {image.redirect_message}" if image.redirect_message else ""
        remarks.append(f"now means {image.redirect_to}{reason}")
    data = {
        "template": f"{template.namespace}/{template.name}",
        "id": image.id,
        "image": image.image,
        "displayName": image.display_name,
        "description": image.description,
        "default": image.default,
        "hidden": image.hidden,
        "deprecated": image.deprecated,
        "redirect": {"to": image.redirect_to, "message": image.redirect_message},
    }
    return Item(
        f"{template.namespace}/{template.name} {image.id}",
        image.display_name,
        users,
        tuple(remarks),
        outdated=bool(image.deprecated or image.redirect_to),
        data=data,
    )
