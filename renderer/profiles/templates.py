"""Templates of services: texts in ConfigMaps that become objects, everybody's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from renderer import names
from renderer.errors import InputError, Problem
from renderer.position import Document, Position
from renderer.profiles.paths import PathError, missing, returned, unreadable
from renderer.profiles.texts import line_of, written, written_lines
from renderer.yamlio import load_all

__all__ = ["PathError", "labelled", "missing", "rendered", "returned", "separated", "unreadable"]

# Kinds whose names are labels of DNS; those of most are subdomains.
_LABEL_KINDS = frozenset({"Namespace", "Service"})
_DASHES = re.compile("-+")
_OBJECT = "an object: apiVersion, kind and metadata.name, each a text"
# What a template gives is in no file.
_NOWHERE = ""


def rendered(
    text: Document, variables: Mapping[str, Any], called: str = "the template"
) -> list[Mapping[str, Any]]:
    """The objects of a template with these values, one for each document of it.

    InputError names lines of the template, also where only what it gives is wrong.
    """
    made = written(text, variables).encode(errors="surrogatepass")
    try:
        documents = load_all(made, _NOWHERE)
        faults = list(_faults(documents))
    except InputError as error:
        documents, faults = [], list(error.problems)
    if faults:
        lines = written_lines(text, variables)
        raise InputError(_placed(fault, text, lines, called) for fault in faults)
    return [document.value for document in documents]


def _faults(documents: Iterable[Document]) -> Iterator[Problem]:
    """Where there is no object."""
    empty = True
    for document in documents:
        empty = False
        if wrong := _fault(document.value):
            path, message = wrong
            yield Problem(document.at(path), message, _OBJECT)
    if empty:
        yield Problem(Position(_NOWHERE, 1, 1), "nothing stands in it", _OBJECT)


def _fault(value: Any) -> tuple[tuple[str, ...], str] | None:
    """The path and the words of what keeps a value from being an object."""
    if not isinstance(value, Mapping):
        return (), "this is no mapping"
    metadata = value.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        return ("metadata",), "metadata is no mapping"
    needed = (("apiVersion",), ("kind",), ("metadata", "name"))
    given = (value.get("apiVersion"), value.get("kind"), (metadata or {}).get("name"))
    for path, found in zip(needed, given, strict=True):
        if not isinstance(found, str) or not found:
            is_there = "is no text" if found is not None else "is missing"
            return path, f"{'.'.join(path)} {is_there}"
    return None


def _placed(fault: Problem, text: Document, lines: list[int], called: str) -> Problem:
    """The fault at the line of the template that gave the line it stands in."""

    def place(found: Position) -> Position:
        return line_of(text, lines[min(found.line, len(lines)) - 1])

    where = f"what {called} gives cannot be used, line {fault.position.line} of it"
    return replace(
        fault,
        position=place(fault.position),
        message=f"{where}: {fault.message}",
        there=tuple(map(place, fault.there)),
    )


def labelled(obj: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """The object with these labels besides its own, whether or not it has any; these win."""
    if not labels:
        return obj
    metadata = obj["metadata"]
    return {**obj, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}}}


def separated(obj: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    """The object under a name that holds the word whole, so that nobody else's is called so."""
    metadata = obj["metadata"]
    limit = names.LABEL_LIMIT if obj["kind"] in _LABEL_KINDS else names.SUBDOMAIN_LIMIT
    name = _separated(metadata["name"], word, limit)
    return obj if name == metadata["name"] else {**obj, "metadata": {**metadata, "name": name}}


def _separated(name: str, word: str, limit: int) -> str:
    if re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", name):
        return names.bounded(name, limit)
    stem = _DASHES.sub("-", f"{name}-").removesuffix("-")
    suffix = f"-{word.lstrip('-')}"
    if len(suffix) + names.HASH_LENGTH + 1 < limit:
        return names.bounded(stem, limit, suffix)
    return names.bounded(stem + suffix, limit)
