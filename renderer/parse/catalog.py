"""Templates, PodDefaults and Sizes out of documents that their schemas found good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renderer.model.catalog import (
    DEFAULT_OVERRIDES,
    Home,
    Image,
    Match,
    Override,
    PodDefault,
    PodSecurity,
    Size,
    Template,
)
from renderer.parse.fragments import size_fragment, written_fragment
from renderer.parse.people import reference
from renderer.parse.quantities import text
from renderer.position import Document, Origin

Requirement = tuple[str, str, tuple[str, ...]]


def template(document: Document) -> Template:
    """A Template, with everything that it leaves open filled in."""
    fragment = written_fragment(document)
    spec = document.value["spec"]
    get = spec.get
    return Template(
        fragment.name.name,
        fragment.name.namespace,
        fragment,
        Origin(document),
        display_name=get("displayName", ""),
        description=get("description", ""),
        hidden=get("hidden", False),
        deprecated=get("deprecated", ""),
        required=tuple(map(reference, get("required", ()))),
        options=tuple(map(reference, spec["options"])) if "options" in spec else None,
        images=tuple(map(_image, get("images", ()))),
        sizes=tuple(spec["sizes"]) if "sizes" in spec else None,
        default_size=get("defaultSize", ""),
        parameters=get("parameters"),
        home=_home(spec["home"]) if "home" in spec else None,
        shared_memory=text(get("sharedMemory")),
        overrides=frozenset(map(Override, get("overrides", DEFAULT_OVERRIDES))),
        limits=get("limits"),
        pod_security=PodSecurity(get("podSecurity", PodSecurity.BASELINE)),
        namespaces=tuple(get("namespaces", ("*",))),
        network_policy=get("networkPolicy"),
    )


def pod_default(document: Document) -> PodDefault:
    """A PodDefault, which matches nothing by itself unless it says what."""
    fragment = written_fragment(document)
    spec = document.value["spec"]
    return PodDefault(
        fragment.name.name,
        fragment.name.namespace,
        fragment,
        Origin(document),
        spec.get("displayName", ""),
        spec.get("description", ""),
        _match(spec["match"]) if "match" in spec else None,
    )


def size(document: Document) -> Size:
    """A Size, with its resources also as they were written."""
    fragment = size_fragment(document)
    spec = document.value["spec"]
    return Size(
        fragment.name.name,
        fragment.name.namespace,
        fragment,
        Origin(document),
        spec.get("displayName", ""),
        spec.get("description", ""),
        spec.get("resources"),
    )


def requirements(selector: Mapping[str, Any]) -> Iterator[Requirement]:
    """A label selector, requirement by requirement."""
    for key, value in selector.get("matchLabels", {}).items():
        yield key, "In", (value,)
    for each in selector.get("matchExpressions", ()):
        yield each["key"], each["operator"], tuple(each.get("values", ()))


def _match(written: Mapping[str, Any]) -> Match:
    def globs(key: str) -> tuple[str, ...]:
        return tuple(written.get(key, ()))

    labels = requirements({"matchLabels": written.get("labels", {})})
    return Match(
        globs("users"),
        globs("groups"),
        globs("images"),
        globs("templates"),
        globs("namespaces"),
        (*labels, *requirements(written.get("selector", {}))),
    )


def _image(written: Mapping[str, Any]) -> Image:
    redirect = written.get("redirect", {})
    return Image(
        written["id"],
        written["image"],
        written.get("displayName", ""),
        written.get("description", ""),
        default=written.get("default", False),
        hidden=written.get("hidden", False),
        deprecated=written.get("deprecated", ""),
        redirect_to=redirect.get("to", ""),
        redirect_message=redirect.get("message", ""),
    )


def _home(written: Mapping[str, Any]) -> Home:
    return Home(
        text(written["size"]),
        written["mountPath"],
        written.get("storageClassName"),
        text(written.get("maxSize")),
        written.get("accessMode", "ReadWriteOnce"),
    )
