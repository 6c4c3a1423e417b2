"""What a Template offers besides its pod, as fragments: an image, a home volume, shared memory.

They are written with expressions, so that one fragment serves every Notebook and every revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from renderer.model.catalog import Image, Template
from renderer.model.fragments import Fragment, OnConflict

HOME = "home"
SHARED_MEMORY = "shared-memory"
Parameters: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The base layer of a pod, and the image that it runs as it is written, and by its id."""

    fragments: tuple[Fragment, ...]
    image: str = ""
    image_id: str = ""


class Offers:
    """The base layer of a Template for an image id, made once for each."""

    def __init__(self) -> None:
        self._layers: dict[tuple[Template, str], Base] = {}

    def layer(self, template: Template, image_id: str) -> Base:
        """The base layer of a Notebook that chose this image, or none."""
        key = (template, image_id)
        if key not in self._layers:
            self._layers[key] = _layer(template, image_id)
        return self._layers[key]


def chosen_image(template: Template, image_id: str) -> Image | None:
    """The image that an id means: redirects followed; without an id the default."""
    by_id = {image.id: image for image in template.images}
    if not image_id:
        shown = [image for image in template.images if not image.hidden]
        defaults = [image for image in template.images if image.default]
        chosen = next(iter(defaults or shown), None)
    else:
        chosen = by_id.get(image_id)
    seen: set[str] = set()
    while chosen is not None and chosen.redirect_to in by_id and chosen.id not in seen:
        seen.add(chosen.id)
        chosen = by_id[chosen.redirect_to]
    return chosen


def _layer(template: Template, image_id: str) -> Base:
    fragments = [template.fragment]
    spec = template.origin / "spec"
    image = chosen_image(template, image_id)
    if image is not None:
        place = spec / "images" / template.images.index(image)
        fragments.append(_offer(template, in_main(image=image.image), place / "image"))
    if template.home is not None:
        claim = {"claimName": "{{ notebook.object_name }}-" + HOME}
        fragments.append(
            _offer(
                template,
                mounted(HOME, template.home.mount_path, {"persistentVolumeClaim": claim}),
                spec / "home",
            )
        )
    if template.shared_memory:
        fragments.append(
            _offer(template, shared_memory(template.shared_memory), spec / "sharedMemory")
        )
    if image is None:
        return Base(tuple(fragments), _main_image(template))
    return Base(tuple(fragments), image.image, image.id)


def _offer(template: Template, pod: dict[str, Any], origin: Any) -> Fragment:
    return Fragment("Template", template.fragment.name, pod, origin, OnConflict.OVERRIDE)


def _main_image(template: Template) -> str:
    containers = template.fragment.template.get("spec", {}).get("containers") or [{}]
    named = [item for item in containers if item.get("name") == "main"]
    return str((named or containers)[0].get("image", ""))


def in_main(**fields: Any) -> dict[str, Any]:
    """A fragment that sets these fields of the main container."""
    return {"spec": {"containers": [{"name": "main", **fields}]}}


def mounted(
    name: str, mount_path: str, source: dict[str, Any], *, read_only: bool = False
) -> dict[str, Any]:
    """A fragment that mounts a volume in the main container."""
    mount: dict[str, Any] = {"name": name, "mountPath": mount_path}
    if read_only:
        mount["readOnly"] = True
    fragment = in_main(volumeMounts=[mount])
    fragment["spec"]["volumes"] = [{"name": name, **source}]
    return fragment


def shared_memory(size: str) -> dict[str, Any]:
    """A fragment that gives the main container a /dev/shm of this size."""
    source = {"emptyDir": {"medium": "Memory", "sizeLimit": size}}
    return mounted(SHARED_MEMORY, "/dev/shm", source)  # noqa: S108 - a path in the container
