"""What a document of profiles says that would come out otherwise than it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from renderer.errors import Problem, Severity
from renderer.parse.result import Remark
from renderer.parse.shapes import mapping_at, mappings_at
from renderer.position import Document, Path
from renderer.profiles import environment, volumes

MOST_GPUS = 1_000
GPU_DIGITS = 4
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
TERMS = "nodeSelectorTerms"
# The volumes that a Template's home and its shared memory are.
TAKEN_VOLUMES = frozenset({"home", "shared-memory"})
# What templates of services are told of the notebook, whatever a configuration says.
TAKEN_VALUES = ("notebook", "owner", "user", "USERNAME")
_BREAK = re.compile(r"\r\n|[\r\n]")
# A key, and a value that no tag, anchor or alias stands for.
_SCALAR = r"""["']?{}["']?\s*:\s*([^\s,\[\]{{}}&*!][^\s,\[\]{{}}]*)"""


def slips_of_item(document: Document, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
    """Those of a profile, or of a size."""
    yield from _gpus(document, path, item)
    yield from _terms(document, path, item)
    yield from _texts(document, (*path, "env"), item.get("env"))
    for index, volume in mappings_at(item, "volumes"):
        name = volumes.volume_name(volume.get("name") or "-")
        if name in TAKEN_VOLUMES:
            words = f"a volume called {name} takes the place of the {name} of a Template"
            yield _warning(words, "another name").at(document, (*path, "volumes", index, "name"))


def slips_of_service(document: Document, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
    for name in mapping_at(item, "configuration"):
        if name in TAKEN_VALUES:
            words = f"templates never see this value: {name} speaks of the notebook there"
            yield _warning(words, "another name").at(document, (*path, "configuration", name))


def slips_of_sizes(document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, item in mappings_at(document.value, "sizes"):
        name = item.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            there = ("sizes", first[name], "name")
            words = f"there are two sizes {name}, and the last one is taken"
            yield _warning(words).at(document, ("sizes", index, "name"), there)


def _gpus(document: Document, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
    """Digits in a text are as many GPUs as the number would be."""
    said = item.get("gpu")
    if isinstance(said, str) and said.isdecimal():
        digits = said.lstrip("0")
        if len(digits) > GPU_DIGITS or int(digits or "0") > MOST_GPUS:
            words = Remark("gpu is more than there may be", f"at most {MOST_GPUS:,}")
            yield words.at(document, (*path, "gpu"))


def _terms(document: Document, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
    """Without a term Kubernetes takes no pod."""
    required = mapping_at(item, "node_affinity").get(REQUIRED)
    if isinstance(required, dict) and not required.get(TERMS):
        words = Remark(f"{REQUIRED} names no nodes", f"{TERMS}, with one term or more")
        yield words.at(document, (*path, "node_affinity", REQUIRED, TERMS))


def _texts(document: Document, path: Path, env: Any) -> Iterator[Problem]:
    """Values of variables that YAML reads as something else: `3.10` is 3.1, and `y` is true."""
    match env:
        case dict():
            entries = [(str(name), (*path, name), value) for name, value in env.items()]
        case list():
            items = [(i, each) for i, each in enumerate(env) if isinstance(each, dict)]
            entries = [(str(e.get("name")), (*path, i, "value"), e.get("value")) for i, e in items]
        case _:
            return
    for name, place, value in entries:
        if isinstance(value, (bool, int, float)) and _is_changed(document, place, value):
            read = "a number" if not isinstance(value, bool) else str(value).lower()
            words = f"the value of {name} is read as {read}, and does not stay as it is written"
            hint = "write it in quotes"
            yield Remark(words, hint=hint, severity=Severity.WARNING).at(document, place)


def _is_changed(document: Document, path: Path, value: float) -> bool:
    """Whether what the pod gets is not what stands in the file, as far as that can be seen."""
    [entry] = environment.as_list({"": value})
    position = document.at(path)
    lines = _lines(document.source)
    line = lines[position.line - 1][position.column - 1 :] if position.line <= len(lines) else ""
    found = re.match(_SCALAR.format(re.escape(str(path[-1]))), line)
    return found is not None and found[1] != entry["value"]


@lru_cache(maxsize=1)
def _lines(source: bytes) -> list[str]:
    return _BREAK.split(source.decode("utf-8-sig", "replace"))


def _warning(words: str, expected: str = "") -> Remark:
    return Remark(words, expected, severity=Severity.WARNING)
