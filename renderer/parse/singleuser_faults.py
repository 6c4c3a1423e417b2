"""What is odd in a document of profiles, although its schema lets it pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from renderer.errors import Problem, Severity
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at, mappings_at
from renderer.parse.singleuser_slips import slips_of_item, slips_of_service, slips_of_sizes
from renderer.position import Document, Path
from renderer.profiles.paths import unreadable
from renderer.schema.kinds import bundled
from renderer.schema.suggest import did_you_mean
from renderer.schema.words import either, place

LEGACY = {"mem_limit": "memory", "cpu_limit": "cpu"}
# What the schema says is in the lists of a document.
_LISTS = {"profiles": "profile", "sizes": "size", "gpuTypes": "gpuType"}


def profiles_faults(document: Document) -> Iterator[Problem]:
    """Fields that nobody reads, amounts said twice, paths that are none."""
    value = document.value
    if not isinstance(value, dict):
        return
    yield from _unknown(document, (), value, "")
    for key, definition in _LISTS.items():
        for index, item in mappings_at(value, key):
            yield from _unknown(document, (key, index), item, definition)
            at, amounts = (key, index, "resources"), mapping_at(item, "resources")
            yield from _unknown(document, at, amounts, "requirements")
            yield from _twice(document, at, amounts)
            yield from slips_of_item(document, (key, index), item)
    yield from slips_of_sizes(document)
    for index, item in mappings_at(value, "profiles"):
        for name, service in mapping_at(item, "services").items():
            if isinstance(service, dict):
                yield from _of_service(document, ("profiles", index, "services", name), service)


def _of_service(document: Document, path: Path, service: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(document, path, service, "service")
    yield from slips_of_service(document, path, service)
    for index, item in mappings_at(service, "resources"):
        yield from _unknown(document, (*path, "resources", index), item, "serviceResource")
    returned = mapping_at(service, "return").items()
    paths = {name: each for name, each in returned if isinstance(each, str) and each}
    for finding in unreadable(paths):
        yield finding.located(document.at((*path, "return", *finding.path)))


def _unknown(
    document: Document, path: Path, value: Mapping[str, Any], definition: str
) -> Iterator[Problem]:
    """A warning for each field that means nothing here."""
    known = _fields(definition)
    for key in value.keys() - known:
        words = f'unknown field "{key}" in {place(path)} is ignored'
        guess = did_you_mean(str(key), known)
        yield Remark(words, either(sorted(known)), guess, Severity.WARNING).at(
            document, (*path, key)
        )


@cache
def _fields(definition: str) -> frozenset[str]:
    schema = bundled("profiles")
    holder = schema["$defs"][definition] if definition else schema
    return frozenset(holder["properties"])


def _twice(document: Document, path: Path, amounts: Mapping[str, Any]) -> Iterator[Problem]:
    for legacy, name in LEGACY.items():
        if not amounts.get(legacy):
            continue
        sides = [side for side in ("requests", "limits") if name in mapping_at(amounts, side)]
        if sides:
            words = f"{legacy} is taken, and the {name} of {' and '.join(sides)} is not"
            hint = f"remove {legacy}, or the {name} of {' and '.join(sides)}"
            yield Remark(words, hint=hint, severity=Severity.WARNING).at(
                document, (*path, legacy), *((*path, side, name) for side in sides)
            )
