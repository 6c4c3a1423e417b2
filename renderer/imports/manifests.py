"""The input as plain objects: YAML of any number of documents, JSON, and lists of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from renderer.errors import InputError, Problem
from renderer.position import Position
from renderer.profiles.fences import data_without_fence
from renderer.yamlio import load_all
from renderer.yamlio.limits import MAX_BYTES


def values_in(data: bytes, file: str) -> list[Any]:
    """What the documents hold. InputError says what is wrong with the file."""
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            return [json.loads(data, parse_constant=_refused)]
        except ValueError:
            pass  # YAML has braces, too
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes"
        hint = "JSON of any size is read: kubectl get ... -o json"
        raise InputError([problem(file, message, f"at most {MAX_BYTES:,} bytes of YAML", hint)])
    return [document.value for document in load_all(data_without_fence(data), file)]


def objects_in(data: bytes, file: str) -> list[Mapping[str, Any]]:
    """The objects of the documents, and of the lists among them."""
    return list(_objects(values_in(data, file), file))


def problem(file: str, message: str, expected: str = "", hint: str = "") -> Problem:
    """Something wrong with a file as a whole."""
    return Problem(Position(file, 1, 1), message, expected, hint)


def _objects(values: list[Any], file: str) -> Iterator[Mapping[str, Any]]:
    for value in values:
        if isinstance(value, list):
            yield from _objects(value, file)
        elif not isinstance(value, dict):
            message = "this is no object of Kubernetes"
            raise InputError([problem(file, message, "what kubectl get -o yaml prints")])
        elif str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
            yield from _objects(_named_by(value), file)
        else:
            yield value


def _named_by(found: Mapping[str, Any]) -> list[Any]:
    """The items of a list; the API server leaves out what its own kind says of them."""
    kind = str(found["kind"]).removesuffix("List")
    said = {"apiVersion": found.get("apiVersion"), "kind": kind} if kind else {}
    return [{**said, **item} if isinstance(item, dict) else item for item in found["items"]]


def _refused(word: str) -> Any:
    raise ValueError(word)
