"""Revisions: the fragments a pod was composed from, by content; and which of them are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from renderer import names
from renderer.compose.layers import Layer, LayerName, Selection
from renderer.compose.own import Claim
from renderer.errors import Problem, Severity
from renderer.model.fragments import Dependency, Fragment, OnConflict, Reference, Scheduling
from renderer.model.notebook import Notebook, UpdatePolicy
from renderer.position import Origin
from renderer.schema.suggest import did_you_mean

# `values.name`, `values["name"]`, or `values` as a whole; likewise parameters.
VARIABLE = re.compile(
    r"""\b(values|parameters)\b(?:\s*\.\s*(\w+)|\s*\[\s*["']([^"']+)["']\s*\])?"""
)


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """One snapshot, as a ControllerRevision holds it. `number` grows with each new one."""

    hash: str
    number: int
    data: Mapping[str, Any]
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """What the bundle said that was rendered before."""

    revisions: tuple[Revision, ...] = ()
    elected: str = ""
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The revision that a notebook is composed from, and all that are kept, oldest first."""

    elected: Revision
    kept: tuple[Revision, ...]


class Snapshots:
    """Makes snapshots; remembers those that many notebooks share."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._made: dict[tuple[Fragment, ...], tuple[str, Mapping[str, Any]]] = {}

    def of(self, selection: Selection) -> tuple[str, Mapping[str, Any]]:
        """The hash and the data of a selection."""
        key = selection.fragments
        found = self._made.get(key)
        if found is None:
            data = _data(selection, self._values)
            found = names.content_hash(data), data
            if not any(fragment.literal for fragment in key):
                self._made[key] = found
        return found


def plan(
    notebook: Notebook,
    current: tuple[str, Mapping[str, Any]],
    previous: Previous,
    limit: int,
) -> Plan | Problem:
    """Elects a revision as the Notebook says, and keeps as many as it says."""
    known = {revision.hash: revision for revision in previous.revisions}
    fresh_hash, data = current
    newest = max((revision.number for revision in known.values()), default=0)
    number = known[fresh_hash].number if fresh_hash in known else newest + 1
    known[fresh_hash] = Revision(fresh_hash, number, data)
    wanted = _wanted(notebook, previous)
    if wanted and wanted not in known:
        return _unknown(notebook, wanted, known)
    elected = known[wanted or fresh_hash]
    return Plan(elected, _kept(known.values(), elected, known[fresh_hash], limit))


def _wanted(notebook: Notebook, previous: Previous) -> str:
    """The hash of the revision to stay on, or nothing to take what the catalog says now."""
    if notebook.revision:
        return notebook.revision.rsplit("-", 1)[-1]
    if notebook.update_policy is UpdatePolicy.IGNORE:
        return previous.elected
    return ""


def _kept(
    known: Iterable[Revision], elected: Revision, fresh: Revision, limit: int
) -> tuple[Revision, ...]:
    first = [elected] if fresh is elected else [elected, fresh]
    newest = sorted(known, key=lambda revision: (-revision.number, revision.hash))
    others = [revision for revision in newest if revision not in first]
    room = max(limit - len(first), 0)
    kept = [elected] if limit <= 1 else [*first, *others[:room]]
    return tuple(sorted(kept, key=lambda revision: (revision.number, revision.hash)))


def _unknown(notebook: Notebook, wanted: str, known: Mapping[str, Revision]) -> Problem:
    field = "revision" if notebook.revision else "updatePolicy"
    return Problem(
        notebook.origin.at(("spec", field)),
        f"the Notebook {notebook} has no revision {wanted}",
        expected=f"one of {', '.join(sorted(known))}",
        hint=did_you_mean(wanted, list(known)),
    )


def _data(selection: Selection, values: Mapping[str, Any]) -> Mapping[str, Any]:
    fragments = [
        _written(layer.name, fragment) for layer in selection.layers for fragment in layer.fragments
    ]
    data: dict[str, Any] = {"fragments": fragments}
    needed = dict.fromkeys(
        dependency for fragment in selection.fragments for dependency in fragment.dependencies
    )
    if needed:
        data["dependencies"] = [
            {
                "apiVersion": item.api_version,
                "kind": item.kind,
                "name": item.name,
                "namespace": item.source,
            }
            for item in needed
        ]
    for name, known in (("values", values), ("parameters", selection.defaults)):
        read = _read_of(name, known, selection)
        if read:
            data[name] = read
    return data


def _read_of(name: str, known: Mapping[str, Any], selection: Selection) -> Mapping[str, Any]:
    """Those entries of a variable that the fragments' expressions name."""
    found = [
        (attribute, key)
        for fragment in selection.fragments
        if not fragment.literal
        for text in _expressions(fragment.template)
        for variable, attribute, key in VARIABLE.findall(text)
        if variable == name
    ]
    if ("", "") in found:
        return known
    named = {word for pair in found for word in pair}
    return {key: value for key, value in known.items() if key in named}


def _written(layer: LayerName, fragment: Fragment) -> dict[str, Any]:
    written: dict[str, Any] = {
        "layer": layer.value,
        "kind": fragment.kind,
        "name": fragment.name.name,
        "namespace": fragment.name.namespace,
    }
    if fragment.on_conflict is OnConflict.OVERRIDE:
        written["onConflict"] = fragment.on_conflict.value
    if fragment.literal:
        written["literal"] = True
    if fragment.scheduling is Scheduling.ADD:
        written["scheduling"] = fragment.scheduling.value
    return {**written, "template": fragment.template}


def _expressions(value: Any) -> Iterator[str]:
    match value:
        case str():
            if "{{" in value:
                yield value
        case Mapping():
            for child in value.values():
                yield from _expressions(child)
        case list():
            for child in value:
                yield from _expressions(child)
        case _:
            return


def restore(revision: Revision, selection: Selection) -> Selection:
    """The selection that a revision remembers; what is not in it comes from the present one."""
    if revision.origin is None:
        return selection
    by_layer: dict[LayerName, list[Fragment]] = {}
    for index, written in enumerate(revision.data["fragments"]):
        origin = revision.origin / "fragments" / index / "template"
        by_layer.setdefault(LayerName(written["layer"]), []).append(_read(written, origin))
    layers = tuple(Layer(name, tuple(by_layer[name])) for name in LayerName if name in by_layer)
    defaults = revision.data.get("parameters", {})
    return replace(selection, layers=layers, defaults=defaults, is_restored=True)


def _read(written: Mapping[str, Any], origin: Origin) -> Fragment:
    return Fragment(
        written["kind"],
        Reference(written["name"], written["namespace"]),
        written["template"],
        origin,
        OnConflict(written.get("onConflict", OnConflict.FAIL)),
        literal=bool(written.get("literal")),
        scheduling=Scheduling(written.get("scheduling", Scheduling.REPLACE)),
    )


def needs(revision: Revision) -> frozenset[Dependency]:
    """What a revision needs beside its notebook."""
    return frozenset(
        Dependency(item["apiVersion"], item["kind"], item["name"], item["namespace"])
        for item in revision.data.get("dependencies", ())
    )


def offered(previous: Previous, known: frozenset[Dependency]) -> tuple[Previous, list[Problem]]:
    """The history without revisions that need what the catalog does not offer.

    What is copied for a notebook is the catalog's to say, never a file's that was rendered before.
    """
    kept, problems = [], []
    for revision in previous.revisions:
        missing = needs(revision) - known
        if not missing:
            kept.append(revision)
        elif revision.origin is not None:
            names = ", ".join(sorted(map(str, missing)))
            problems.append(
                Problem(
                    revision.origin.at(),
                    f"the catalog does not offer {names} here: this revision is left out",
                    severity=Severity.WARNING,
                )
            )
    return replace(previous, revisions=tuple(kept)), problems
