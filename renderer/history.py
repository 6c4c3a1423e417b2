"""Reading back what a bundle said before: its revisions, which was elected, and its claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from renderer import names
from renderer.compose.layers import LayerName
from renderer.compose.own import Claim
from renderer.errors import InputError, Problem, Severity
from renderer.labels import REVISION
from renderer.model.fragments import OnConflict, Scheduling
from renderer.position import Document, Origin, Position
from renderer.revisions import Previous, Revision
from renderer.schema import kinds
from renderer.yamlio import load_all

REVISION_FILES = "controllerrevision-"
CLAIM_FILES = "persistentvolumeclaim-"
NOTEBOOK_FILE = "notebook.yaml"
# The next number must still be an int64.
LAST_NUMBER = 2**63 - 1
IDENTITY = ("layer", "kind", "name", "namespace")
DEPENDENCY = ("apiVersion", "kind", "name", "namespace")
LAYERS = frozenset(LayerName)
ON_CONFLICT = tuple(OnConflict)
SCHEDULING = tuple(Scheduling)
PLAIN_PODDEFAULT = {
    "apiVersion": "jackhoman.dev/v1beta1",
    "kind": "PodDefault",
    "metadata": {"name": "any", "namespace": "any"},
}


def remembers(name: str) -> bool:
    """Whether a file of a bundle says anything about its history."""
    return name.startswith((REVISION_FILES, CLAIM_FILES)) or name == NOTEBOOK_FILE


def previous_of(directory: str, files: Mapping[str, bytes], problems: list[Problem]) -> Previous:
    """The history in the files of a bundle. A revision that was tampered with is left out."""
    revisions: dict[str, Revision] = {}
    claims: list[Claim] = []
    elected = ""
    for name, data in sorted(files.items()):
        if not remembers(name):
            continue
        try:
            (document,) = load_all(data, f"{directory}/{name}")
            if name == NOTEBOOK_FILE:
                elected = _elected(document)
            elif name.startswith(CLAIM_FILES):
                claims.append(_claim(document))
            else:
                revision = _revision(document)
                _insist(revision.hash not in revisions)
                revisions[revision.hash] = revision
        except (InputError, TypeError, ValueError):
            problems.append(_unreadable(directory, name))
    return Previous(tuple(revisions.values()), elected, tuple(claims))


def _claim(document: Document) -> Claim:
    match document.value:
        case {
            "metadata": {"name": str(name)},
            "spec": {
                "accessModes": [str(mode)],
                "resources": {"requests": {"storage": str(size)}},
                **rest,
            },
        }:
            storage_class = _text(rest["storageClassName"]) if "storageClassName" in rest else None
            return Claim(name, size, storage_class, mode, keep=True)
        case _:
            raise ValueError(_FORGED)


def _elected(document: Document) -> str:
    match document.value:
        case {"metadata": {"annotations": {**annotations}}}:
            elected = annotations.get(REVISION, "")
        case {"metadata": {**metadata}} if metadata.get("annotations") is None:
            return ""
        case _:
            elected = None
    return _text(elected)


def _revision(document: Document) -> Revision:
    match document.value:
        case {"metadata": {"name": str(name)}, "revision": int(number), "data": dict(data)}:
            found = name.rpartition("-")[2]
        case _:
            raise ValueError(_FORGED)
    _insist(not isinstance(number, bool) and 0 <= number < LAST_NUMBER)
    _insist(_is_snapshot(data) and names.content_hash(data) == found)
    return Revision(found, number, data, Origin(document, ("data",)))


def _is_snapshot(data: Mapping[str, Any]) -> bool:
    """Whether data has the shape of a snapshot; what it says is checked with the pod."""
    fragments, needed = data.get("fragments"), data.get("dependencies", [])
    return (
        isinstance(fragments, list)
        and isinstance(needed, list)
        and all(map(_is_fragment, fragments))
        and all(isinstance(item, dict) and _has_texts(item, DEPENDENCY) for item in needed)
        and all(_is_mapping(data.get(name, {})) for name in ("values", "parameters"))
    )


def _is_fragment(written: object) -> bool:
    return (
        isinstance(written, dict)
        and _has_texts(written, IDENTITY)
        and written["layer"] in LAYERS
        and isinstance(written.get("literal", False), bool)
        and written.get("onConflict", OnConflict.FAIL) in ON_CONFLICT
        and written.get("scheduling", Scheduling.REPLACE) in SCHEDULING
        and _is_template(written.get("template"))
    )


def _is_template(template: object) -> bool:
    """Whether a template has the shape that a PodDefault's would have to have."""
    return isinstance(template, dict) and not kinds.check(
        "poddefault", {**PLAIN_PODDEFAULT, "spec": {"template": template}}
    )


def _has_texts(holder: Mapping[Any, Any], keys: Iterable[str]) -> bool:
    return all(isinstance(holder.get(key), str) for key in keys)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(_FORGED)
    return value


def _insist(condition: bool) -> None:  # noqa: FBT001 - it says what must be
    if not condition:
        raise ValueError(_FORGED)


_FORGED = "this is not what Octavo wrote"


def _unreadable(directory: str, name: str) -> Problem:
    return Problem(
        Position(f"{directory}/{name}", 1, 1),
        "this file of the bundle rendered before was changed by hand, and its history is left out",
        hint="restore it from git to keep the history",
        severity=Severity.WARNING,
    )
