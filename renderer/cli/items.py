"""What a catalog offers, one item of each kind, with the notebooks that have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.catalog import Catalog
from renderer.model.catalog import Image, PodDefault, Size, Template
from renderer.model.fragments import Reference

Users = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a catalog offers, and the notebooks that have it.

    `outdated` says that nobody should have it any more; `data` is what programs want to know.
    """

    name: str
    title: str
    users: Users
    remarks: tuple[str, ...] = ()
    outdated: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


def of_template(template: Template, users: Users) -> Item:
    data = {**_data(template), "hidden": template.hidden, "deprecated": template.deprecated}
    remarks = []
    if template.hidden:
        remarks.append("hidden")
    if template.deprecated:
        remarks.append(f"deprecated: {template.deprecated}")
    outdated = bool(template.deprecated)
    return Item(_name(template), template.display_name, users, tuple(remarks), outdated, data)


def of_option(option: PodDefault, users: Users, catalog: Catalog) -> Item:
    required = tuple(_requiring(option, catalog))
    remarks = [f"required by {', '.join(required)}"] if required else []
    if option.match is not None:
        remarks.append("applied where it matches")
    data = {**_data(option), "requiredBy": list(required), "matched": option.match is not None}
    return Item(_name(option), option.display_name, users, tuple(remarks), data=data)


def of_size(size: Size, users: Users) -> Item:
    return Item(_name(size), size.display_name, users, data=_data(size))


def of_image(template: Template, image: Image, users: Users) -> Item:
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
        "template": _name(template),
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
        f"{_name(template)} {image.id}",
        image.display_name,
        users,
        tuple(remarks),
        outdated=bool(image.deprecated or image.redirect_to),
        data=data,
    )


def _name(item: Template | PodDefault | Size) -> str:
    return str(Reference(item.name, item.namespace))


def _data(item: Template | PodDefault | Size) -> dict[str, Any]:
    return {
        "namespace": item.namespace,
        "name": item.name,
        "displayName": item.display_name,
        "description": item.description,
    }


def _requiring(option: PodDefault, catalog: Catalog) -> Iterator[str]:
    for _, template in sorted(catalog.templates.items()):
        found = (catalog.pod_default(name, template.namespace) for name in template.required)
        if option in found:
            yield _name(template)
