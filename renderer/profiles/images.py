"""The notebook images that ImageStreams of OpenShift offer, in the order to show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderer.errors import Finding, Problem
from renderer.model.singleuser import ImageStream
from renderer.profiles.annotations import Annotations, Package
from renderer.profiles.builds import Builds

BUILD = "Build"
LABEL = "opendatahub.io/notebook-image"
ORDER = 100


@dataclass(frozen=True, slots=True)
class Tag:
    """A version of an image; `deprecated` is the day since when nobody should choose it."""

    name: str
    software: tuple[Package, ...] = ()
    dependencies: tuple[Package, ...] = ()
    recommended: bool = False
    build_status: str = "Unknown"
    default: bool = False
    deprecated: str = ""
    outdated: bool = False

    def content(self) -> dict[str, list[dict[str, str]]]:
        """What is in it."""
        return {
            "software": [package.as_dict() for package in self.software],
            "dependencies": [package.as_dict() for package in self.dependencies],
        }


@dataclass(frozen=True, slots=True)
class Image:
    """A notebook image with the tags that can be run; `remarks` say what could not be read."""

    name: str
    tags: tuple[Tag, ...]
    description: str | None = None
    url: str | None = None
    display_name: str = ""
    order: int = ORDER
    namespace: str = ""
    remarks: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The image as jupyterhub-singleuser-profiles gives it."""
        return {
            "name": self.name,
            "tags": [_tag_as_dict(tag) for tag in self.tags],
            "description": self.description,
            "url": self.url,
            "display_name": self.display_name,
            "order": self.order,
        }


def images_of(
    streams: Iterable[Mapping[str, Any]], builds: Iterable[Mapping[str, Any]] = ()
) -> tuple[Image, ...]:
    """The images of the streams that are labelled so. One of which nothing can be run is none."""
    known = Builds(builds)
    found = (_image(stream, known) for stream in streams if is_notebook_image(stream))
    return tuple(sorted((image for image in found if image.tags), key=lambda image: image.order))


def images_in(found: Iterable[ImageStream]) -> tuple[Image, ...]:
    """The same of a catalog, where the Builds stand beside the streams."""
    streams: list[Mapping[str, Any]] = []
    builds: list[Mapping[str, Any]] = []
    for each in found:
        (builds if each.kind == BUILD else streams).append(each.origin.document.value)
    return images_of(streams, builds)


def faults_of(found: Iterable[ImageStream]) -> Iterator[Problem]:
    """What cannot be read of a catalog's streams, whether or not anything of them can be run."""
    for stream in found:
        value = stream.origin.document.value
        if is_notebook_image(value):
            for remark in _image(value, Builds(())).remarks:
                yield remark.located(stream.origin.at(remark.path))


def is_notebook_image(stream: Mapping[str, Any]) -> bool:
    """Whether this is a stream, and labelled as one of notebooks; git may know it as a boolean."""
    if (stream.get("kind") or "ImageStream") != "ImageStream":
        return False
    label = _mapping(_mapping(stream, "metadata"), "labels").get(LABEL)
    return label is True or label == "true"


def default_of(images: Sequence[Image]) -> str | None:
    """What runs where nobody chose: the tag that is marked so, else the first image's."""
    for image in images:
        marked = [tag for tag in image.tags if tag.default]
        if marked:
            return _recommended(image, marked)
    return _recommended(images[0], images[0].tags) if images else None


def _recommended(image: Image, tags: Sequence[Tag]) -> str:
    chosen = next((tag for tag in tags if tag.recommended), tags[0])
    return f"{image.name}:{chosen.name}"


def _image(stream: Mapping[str, Any], builds: Builds) -> Image:
    metadata = _mapping(stream, "metadata")
    name = str(metadata.get("name", ""))
    remarks: list[Finding] = []
    read = Annotations(name, metadata, ("metadata",), remarks)
    return Image(
        name,
        tuple(_tags(stream, read, builds)),
        read.text("notebook-image-desc"),
        read.text("notebook-image-url"),
        read.text("notebook-image-name") or name,
        read.number("notebook-image-order", ORDER),
        str(metadata.get("namespace", "")),
        tuple(remarks),
    )


def _tags(stream: Mapping[str, Any], of_stream: Annotations, builds: Builds) -> Iterator[Tag]:
    default = of_stream.flag("default-image")
    can_be_run = _runnable(_mapping(stream, "status"))
    namespace = str(_mapping(stream, "metadata").get("namespace", ""))
    for index, tag in _mappings(_mapping(stream, "spec"), "tags"):
        name = str(tag.get("name", ""))
        read = Annotations(of_stream.name, tag, ("spec", "tags", index), of_stream.remarks)
        phase = builds.phase(f"{of_stream.name}:{name}", namespace)
        made = _tag(name, read, phase, default=default)
        exists = can_be_run is None or name in can_be_run
        if name and exists and made.build_status not in Builds.FAILED:
            yield made


def _tag(name: str, read: Annotations, build_status: str, *, default: bool | None) -> Tag:
    own = read.flag("default-image")
    # Open Data Hub calls its notebooks workbenches by now.
    recommended = (read.flag(f"{what}-image-recommended") for what in ("notebook", "workbench"))
    return Tag(
        name,
        read.packages("notebook-software"),
        read.packages("notebook-python-dependencies"),
        any(list(recommended)),
        build_status,
        bool(default if own is None else own),
        read.text("notebook-deprecation-date") or "",
        bool(read.flag("image-tag-outdated")),
    )


def _runnable(status: Mapping[str, Any]) -> frozenset[str] | None:
    """The tags that the cluster has an image of; None where no cluster has seen the stream."""
    if not isinstance(status.get("tags"), list) and not status.get("dockerImageRepository"):
        return None
    return frozenset(
        str(tag.get("tag", ""))
        for _, tag in _mappings(status, "tags")
        # What was imported before an import failed is there still.
        if tag.get("items") or not _failed(tag)
    )


def _failed(tag: Mapping[str, Any]) -> bool:
    return any(
        (each.get("type"), str(each.get("status"))) == ("ImportSuccess", "False")
        for _, each in _mappings(tag, "conditions")
    )


def _tag_as_dict(tag: Tag) -> dict[str, Any]:
    return {
        "name": tag.name,
        "content": tag.content(),
        "recommended": tag.recommended,
        "build_status": tag.build_status,
        "default": tag.default,
    }


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _mappings(value: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = value.get(key)
    items = found if isinstance(found, list) else []
    return ((index, item) for index, item in enumerate(items) if isinstance(item, Mapping))
