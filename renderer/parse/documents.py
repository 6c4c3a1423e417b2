"""From a document to an item of ours: what it is, by group, version and kind, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from renderer.errors import Problem, Severity, in_order
from renderer.model.fragments import Reference
from renderer.parse.catalog import pod_default, size, template
from renderer.parse.catalog_faults import size_faults, template_faults
from renderer.parse.kubeflow_notebook import kubeflow_notebook, kubeflow_notebook_faults
from renderer.parse.kubeflow_poddefault import kubeflow_pod_default
from renderer.parse.metadata import left_out
from renderer.parse.notebook import notebook, notebook_faults
from renderer.parse.result import Parsed, ParseResult, Remark
from renderer.parse.shapes import mapping_at
from renderer.position import Document
from renderer.schema.kinds import KINDS, check
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either


class Reader(NamedTuple):
    """How a kind is read: only what its schema finds good, faults of anything."""

    read: Callable[[Document], Parsed]
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
READ_HERE = either(f"{kind} ({version})" for version, kind in KEYS)
NOTHING = ParseResult()


def parse_document(document: Document) -> ParseResult:
    """The item that a document describes, and everything that is wrong with it."""
    value = document.value
    if value is None:
        return NOTHING
    try:
        key = KEYS[value["apiVersion"], value["kind"]]
    except (KeyError, TypeError, IndexError):
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
        words = [Remark(f'"{key}" is missing in the document', READ_HERE) for key in absent]
        return [each.at(document, ()) for each in words]
    version, kind = value["apiVersion"], value["kind"]
    if not isinstance(version, str) or not isinstance(kind, str):
        at = "kind" if isinstance(version, str) else "apiVersion"
        return [Remark(f"{at} is no string", READ_HERE).at(document, (at,))]
    return [_unknown_pair(document, version, kind)]


def _unknown_pair(document: Document, version: str, kind: str) -> Problem:
    """What to write instead of an apiVersion and a kind that do not go together."""
    versions = [known for known, name in KEYS if name == kind]
    if versions:
        words = f'apiVersion of a {kind} cannot be "{version}"'
        guess = did_you_mean(version, versions)
        return Remark(words, either(versions), guess).at(document, ("apiVersion",))
    kinds = [name for known, name in KEYS if known == version]
    if kinds:
        words = f'there is no kind "{kind}" in {version}'
        return Remark(words, either(kinds), did_you_mean(kind, kinds)).at(document, ("kind",))
    words = f'"{kind}" of "{version}" is nothing that is read here'
    guess = did_you_mean(kind, [name for _, name in KEYS])
    return Remark(words, READ_HERE, guess).at(document, ("kind",))
