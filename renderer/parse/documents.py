"""From a document to an item of ours: what it is, by group, version and kind, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from renderer.errors import Problem, Severity, in_order
from renderer.model.catalog import PodDefault, Size, Template
from renderer.model.fragments import Reference
from renderer.model.notebook import Notebook
from renderer.parse.catalog import pod_default, size, template
from renderer.parse.catalog_faults import size_faults, template_faults
from renderer.parse.kubeflow_notebook import kubeflow_notebook, kubeflow_notebook_faults
from renderer.parse.kubeflow_poddefault import kubeflow_pod_default
from renderer.parse.lists import ITEMS, is_list, items_of_list
from renderer.parse.metadata import left_out
from renderer.parse.notebook import notebook, notebook_faults
from renderer.parse.result import ParseResult, Remark
from renderer.parse.shapes import mapping_at
from renderer.parse.singleuser import (
    FIELDS,
    config_map,
    image_stream,
    is_profiles,
    profiles_file,
)
from renderer.position import Document
from renderer.schema.kinds import KINDS, check
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either, found


class Reader(NamedTuple):
    """How a kind is read: only what its schema finds good, faults of anything."""

    read: Callable[[Document], Template | PodDefault | Size | Notebook]
    faults: Callable[[Document], Iterable[Problem]]


def _no_faults(_: Document) -> tuple[Problem, ...]:
    return ()


READERS = {
    "template": Reader(template, template_faults),
    "poddefault": Reader(pod_default, _no_faults),
    "size": Reader(size, size_faults),
    "notebook": Reader(notebook, notebook_faults),
    "kubeflow-notebook": Reader(kubeflow_notebook, kubeflow_notebook_faults),
    "kubeflow-poddefault": Reader(kubeflow_pod_default, _no_faults),
}
KEYS = {(version, KINDS[key].name): key for key in READERS for version in KINDS[key].api_versions}
# What is not ours, and is read in ways of its own.
OF_CLUSTERS = {
    ("v1", "ConfigMap"): config_map,
    ("image.openshift.io/v1", "ImageStream"): image_stream,
    ("build.openshift.io/v1", "Build"): image_stream,
}
KNOWN = (*KEYS, *OF_CLUSTERS)
READ_HERE = either(f"{kind} ({version})" for version, kind in KNOWN)
NOTHING = ParseResult()
_FEW = 20


def parse_documents(document: Document) -> Iterator[ParseResult]:
    """What `parse_document` says of a document, or of each item of a list of objects."""
    value = document.value
    if not is_list(value, KNOWN):
        yield parse_document(document)
    elif not isinstance(value.get(ITEMS) or [], list):
        words = Remark(f"items is {found(value[ITEMS])}", "a list of objects")
        yield ParseResult(None, (words.at(document, (ITEMS,)),))
    elif value.get(ITEMS):
        for item in items_of_list(document):
            yield from parse_documents(item)


def parse_document(document: Document) -> ParseResult:
    """The item that a document describes, and everything that is wrong with it."""
    value = document.value
    if value is None:
        return NOTHING
    if is_profiles(value):
        return profiles_file(document)
    pair = _pair(value)
    if pair in OF_CLUSTERS:
        return OF_CLUSTERS[pair](document)
    key = KEYS.get(pair)
    if key is None:
        return ParseResult(None, tuple(_unknown(document)), *_claim(value))
    reader = READERS[key]
    problems = [each.located(document.at(each.path)) for each in check(key, value)]
    problems += left_out(document)
    problems += reader.faults(document)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return ParseResult(None, in_order(problems), *_claim(value))
    item = reader.read(document)
    name = Reference(item.name, item.namespace)
    return ParseResult(item, in_order(problems) if problems else (), value["kind"], name)


def _pair(value: Any) -> tuple[str, str]:
    """The apiVersion and the kind of a value, where it has them."""
    match value:
        case {"apiVersion": str(version), "kind": str(kind)}:
            return version, kind
        case _:
            return "", ""


def _claim(value: Any) -> tuple[str, Reference | None]:
    """The kind and name that a faulty document gives itself, as far as they can be told."""
    kind = value.get("kind") if isinstance(value, dict) else None
    metadata = mapping_at(value, "metadata")
    claimed = kind if isinstance(kind, str) else ""
    match metadata.get("name"), metadata.get("namespace", ""):
        case str(name), str(namespace):
            return claimed, Reference(name, namespace)
        case _:
            return claimed, None


def _unknown(document: Document) -> list[Problem]:
    """Why nobody reads this document."""
    value = document.value
    if not isinstance(value, dict):
        return [Remark("this is no object of Kubernetes", READ_HERE).at(document, ())]
    absent = [key for key in ("apiVersion", "kind") if key not in value]
    if absent:
        hint = _almost_profiles(value) if len(absent) > 1 else ""
        words = [Remark(f'"{key}" is missing in the document', READ_HERE, hint) for key in absent]
        return [each.at(document, ()) for each in words]
    version, kind = value["apiVersion"], value["kind"]
    if not isinstance(version, str) or not isinstance(kind, str):
        at = "kind" if isinstance(version, str) else "apiVersion"
        return [Remark(f"{at} is no string", READ_HERE).at(document, (at,))]
    return [_unknown_pair(document, version, kind)]


def _almost_profiles(value: dict[Any, Any]) -> str:
    """What a file of profiles would begin with, where this looks like a slip of the pen."""
    guesses = (did_you_mean(str(key), FIELDS) for key in list(value)[:_FEW])
    return next(filter(None, guesses), "")


def _unknown_pair(document: Document, version: str, kind: str) -> Problem:
    """What to write instead of an apiVersion and a kind that do not go together."""
    versions = [known for known, name in KNOWN if name == kind]
    if versions:
        words = f'apiVersion of a {kind} cannot be "{version}"'
        guess = did_you_mean(version, versions)
        return Remark(words, either(versions), guess).at(document, ("apiVersion",))
    kinds = [name for known, name in KEYS if known == version]
    if kinds:
        words = f'there is no kind "{kind}" in {version}'
        return Remark(words, either(kinds), did_you_mean(kind, kinds)).at(document, ("kind",))
    words = f'"{kind}" of "{version}" is nothing that is read here'
    guess = did_you_mean(kind, [name for _, name in KNOWN])
    return Remark(words, READ_HERE, guess).at(document, ("kind",))
