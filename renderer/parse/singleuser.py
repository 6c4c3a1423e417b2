"""Documents of JupyterHub's singleuser profiles, and the ConfigMaps and images beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.errors import InputError, Problem, Severity, in_order
from renderer.model.fragments import Reference
from renderer.model.singleuser import (
    PROFILES_KEY,
    PROFILES_LABELS,
    PROFILES_NAME,
    ImageStream,
    Profiles,
    Templates,
)
from renderer.parse.result import ParseResult, Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document, Origin
from renderer.profiles.fences import without_fence
from renderer.schema.kinds import check
from renderer.schema.words import either, quoted
from renderer.yamlio import nested, text_document

FIELDS = ("profiles", "sizes", "gpuTypes")
DATA = "data"


def is_profiles(value: Any) -> bool:
    """Whether a document is a plain file of profiles: it says no kind, but what it holds."""
    return (
        isinstance(value, dict)
        and "apiVersion" not in value
        and "kind" not in value
        and any(key in value for key in FIELDS)
    )


def profiles_file(document: Document) -> ParseResult:
    """The profiles of a file that is nothing else."""
    item, problems = _read(document, Profiles("", "", Origin(document)))
    # What the file says is what the ConfigMap of the known name would say in a cluster.
    return ParseResult(item, in_order(problems), "ConfigMap", Reference(PROFILES_NAME))


def config_map(document: Document) -> ParseResult:
    """A ConfigMap: profiles by its name or its labels, templates of services else."""
    problems = _checked("configmap", document)
    name = _named(document)
    item: Profiles | Templates | None = None
    if not _has_errors(problems):
        holds_profiles = document.value["metadata"]["name"] == PROFILES_NAME or _labels(document)
        if holds_profiles:
            item, found = _profiles(document)
            problems += found
        else:
            item = _templates(document)
    return ParseResult(item, in_order(problems), "ConfigMap", name)


def image_stream(document: Document) -> ParseResult:
    """An ImageStream of OpenShift, or a Build of one."""
    kind = document.value["kind"]
    problems = _checked(kind.lower(), document)
    name = _named(document)
    item = None
    if name is not None and not problems:
        item = ImageStream(kind, name.name, name.namespace, Origin(document))
    return ParseResult(item, in_order(problems), kind, name)


def _read(document: Document, empty: Profiles) -> tuple[Profiles | None, list[Problem]]:
    """What a document of profiles holds, and everything that is wrong with it.

    Most catalogs hold none, and import nothing for them.
    """
    from renderer.parse.singleuser_faults import profiles_faults
    from renderer.parse.singleuser_profiles import profiles_of

    problems = _checked("profiles", document)
    problems += profiles_faults(document)
    return None if _has_errors(problems) else profiles_of(document, empty), problems


def _profiles(document: Document) -> tuple[Profiles | None, list[Problem]]:
    """The profiles in a ConfigMap, which are YAML in a text."""
    metadata, data = document.value["metadata"], document.value.get(DATA) or {}
    labels = _labels(document)
    empty = Profiles(
        metadata["name"], metadata.get("namespace", ""), Origin(document), bool(labels)
    )
    if PROFILES_KEY not in data:
        return None, [_keyless(document, data)]
    try:
        found = nested(document, (DATA, PROFILES_KEY), without_fence)
    except InputError as error:
        return None, list(error.problems)
    if len(found) > 1:
        several = Remark(f"{PROFILES_KEY} holds more than one document", "one document")
        return None, [several.at(found[1], ())]
    if not found:
        nothing = Remark(f"{PROFILES_KEY} holds nothing", severity=Severity.WARNING)
        return empty, [nothing.at(document, (DATA, PROFILES_KEY))]
    return _read(found[0], empty)


def _keyless(document: Document, data: Mapping[str, str]) -> Problem:
    """A ConfigMap that should hold profiles, without the key under which they are looked for."""
    words = f'the ConfigMap is one of profiles, and its data has no "{PROFILES_KEY}"'
    label = _labels(document)
    why = ("metadata", "labels", label[0]) if label else ("metadata", "name")
    hint = f"its data has {either(map(quoted, data))}" if data else ""
    if PROFILES_KEY in (document.value.get("binaryData") or {}):
        hint = "binaryData is not read: write it as a text below data"
    return Remark(words, f'the key "{PROFILES_KEY}", with profiles as its text', hint).at(
        document, (DATA,) if data else (), why
    )


def _templates(document: Document) -> Templates:
    metadata = document.value["metadata"]
    return Templates(
        metadata["name"],
        metadata.get("namespace", ""),
        Origin(document),
        {
            key: text_document(document, (DATA, key), without_fence)
            for key in document.value.get(DATA) or {}
        },
    )


def _labels(document: Document) -> list[str]:
    """The labels that say of a ConfigMap that it holds profiles."""
    labels = mapping_at(document.value, "metadata", "labels")
    return [key for key, value in PROFILES_LABELS if labels.get(key) == value]


def _named(document: Document) -> Reference | None:
    metadata = mapping_at(document.value, "metadata")
    match metadata.get("name"), metadata.get("namespace", ""):
        case str(name), str(namespace):
            return Reference(name, namespace)
        case _:
            return None


def _checked(kind: str, document: Document) -> list[Problem]:
    return [each.located(document.at(each.path)) for each in check(kind, document.value)]


def _has_errors(problems: list[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)
