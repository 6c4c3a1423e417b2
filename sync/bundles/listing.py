"""The kustomization.yaml of a bundle: which files are in it, in which order."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sync.bundles.place import Place
from sync.errors import BundleError
from sync.manifests import read
from sync.objects import Object

KUSTOMIZATION = "kustomization.yaml"

_FIELDS = frozenset(("apiVersion", "kind", "resources"))
_API_VERSION = "kustomize.config.k8s.io/v1beta1"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,512}")
_MANIFEST_ENDS = (".yaml", ".yml", ".json")
_SHOWN_LENGTH = 100


def listed(place: Place, files: Mapping[str, bytes], problems: list[str]) -> list[str]:
    """The names that are listed and there, in order; what is wrong goes to the problems."""
    where = place.file(KUSTOMIZATION)
    if KUSTOMIZATION not in files:
        problems.append(f"{where}: it is missing (half-written?): render the bundle again")
        return []
    try:
        value = read(files[KUSTOMIZATION], where)
    except BundleError as error:
        problems.append(str(error))
        return []
    wrong = list(_wrong(value)) or list(_wrong_names(value["resources"], files))
    problems += (f"{where}: {words}" for words in wrong)
    names = value.get("resources")
    return [] if not isinstance(names, list) else [name for name in _once(names) if name in files]


def _wrong(value: Object) -> Iterator[str]:
    """What makes it no plain list of files."""
    if value.get("kind") != "Kustomization" or value.get("apiVersion") != _API_VERSION:
        yield f"this is no Kustomization of {_API_VERSION}"
    if unknown := sorted(value.keys() - _FIELDS):
        shown = ", ".join(map(_shown, unknown))
        yield f"only `resources` is understood here, not {shown}: render the bundle again"
    names = value.get("resources")
    if not isinstance(names, list) or not names:
        yield "`resources` is no list of files: a bundle holds at least one object"
    elif not all(_is_file_name(name) for name in names):
        odd = ", ".join(_shown(name) for name in names if not _is_file_name(name))
        yield f"`resources` holds what is no name of a file beside it: {odd}"


def _wrong_names(names: list[str], files: Mapping[str, bytes]) -> Iterator[str]:
    """Where the list and the directory differ."""
    for name, times in Counter(names).items():
        if times > 1:
            yield f"it lists {name} {times} times"
        if name not in files:
            yield f"it lists {name}, which is not there (half-written?): render the bundle again"
    for name in sorted(files.keys() - set(names) - {KUSTOMIZATION}):
        if name.lower().endswith(_MANIFEST_ENDS):
            yield (
                f"{_shown(name)} is there and not listed (half-written?): "
                "render the bundle again, or remove the file"
            )


def _is_file_name(name: object) -> bool:
    return (
        isinstance(name, str) and _FILE_NAME.fullmatch(name) is not None and name != KUSTOMIZATION
    )


def _once(names: list[Any]) -> list[str]:
    """The names, each where it stands first."""
    return [name for name in dict.fromkeys(map(str, names)) if _is_file_name(name)]


def _shown(value: object) -> str:
    return json.dumps(value)[:_SHOWN_LENGTH]
