"""What is wrong inside a Template, a PodDefault or a Size that no schema can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import Problem
from renderer.parse.parameters import parameter_faults
from renderer.parse.people import same_reference
from renderer.parse.result import Remark
from renderer.parse.shapes import field_of, list_at, mapping_at, mappings_at, repeated
from renderer.position import Document
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either


def template_faults(document: Document) -> Iterator[Problem]:
    """Names given twice, names that nothing has, redirects in a circle, useless parameters."""
    spec = mapping_at(document.value, "spec")
    yield from repeated(document, ("spec", "required"), "the PodDefault", same_reference)
    yield from repeated(document, ("spec", "options"), "the PodDefault", same_reference)
    yield from repeated(document, ("spec", "sizes"), "the size")
    if "defaultSize" in spec and "sizes" in spec:
        yield from _default_size(document, spec)
    if "images" in spec:
        yield from repeated(document, ("spec", "images"), "the image id", field_of("id"), ("id",))
        yield from _defaults(document, spec)
        yield from _redirects(document, spec)
    if "parameters" in spec:
        yield from parameter_faults(document)


def size_faults(document: Document) -> Iterator[Problem]:
    """Resources for a main container that only an expression knows."""
    spec = mapping_at(document.value, "spec")
    pod = mapping_at(spec, "template").get("spec")
    if "resources" in spec and (isinstance(pod, str) or isinstance(_containers(pod), str)):
        yield Remark(
            "resources cannot be set beside containers that are an expression",
            hint="set the resources in the template",
        ).at(document, ("spec", "resources"), ("spec", "template", "spec"))


def _containers(pod: Any) -> Any:
    return pod.get("containers") if isinstance(pod, dict) else None


def _default_size(document: Document, spec: Mapping[str, Any]) -> Iterator[Problem]:
    default = spec["defaultSize"]
    sizes = [size for size in list_at(spec, "sizes") if isinstance(size, str)]
    if isinstance(default, str) and default not in sizes:
        words = f'defaultSize "{default}" is not among the sizes'
        yield Remark(words, either(sizes), did_you_mean(default, sizes)).at(
            document, ("spec", "defaultSize"), ("spec", "sizes")
        )


def _defaults(document: Document, spec: Mapping[str, Any]) -> Iterator[Problem]:
    defaults = [i for i, image in mappings_at(spec, "images") if image.get("default") is True]
    for index in defaults[1:]:
        first, this = (("spec", "images", i, "default") for i in (defaults[0], index))
        yield Remark("two images are the default", "one default image").at(document, this, first)


def _redirects(document: Document, spec: Mapping[str, Any]) -> Iterator[Problem]:
    images = {str(image.get("id")): image for _, image in mappings_at(spec, "images")}
    targets = {name: mapping_at(image, "redirect").get("to") for name, image in images.items()}
    for index, image in mappings_at(spec, "images"):
        to = mapping_at(image, "redirect").get("to")
        if not isinstance(to, str):
            continue
        place = ("spec", "images", index, "redirect", "to")
        if to not in images:
            words = Remark(
                f'redirect to "{to}", which is not the id of an image here',
                either(images),
                did_you_mean(to, images),
            )
            yield words.at(document, place)
        elif _returns(str(image.get("id")), targets):
            circle = f'the redirect of "{image.get("id")}" leads back to itself'
            yield Remark(circle, "an image without a redirect at the end").at(document, place)


def _returns(start: str, targets: Mapping[str, Any]) -> bool:
    """Whether following the redirects comes back to where it began."""
    seen = {start}
    at = targets.get(start)
    while isinstance(at, str) and at not in seen:
        seen.add(at)
        at = targets.get(at)
    return bool(at == start)
