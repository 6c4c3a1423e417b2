"""Why a pod has what it has: for each field who set it, where, and what that replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from renderer.compose.composer import Step
from renderer.compose.trace import Traced, leaves, place_in, plain
from renderer.model.fragments import Fragment
from renderer.position import Path, Position

# What tells the items of a list apart, where it is not their name.
IDENTITIES = {
    "hostAliases": "ip",
    "ports": "containerPort",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
}
NAME = "name"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and the fragment that set it. `source` is the fragment in words."""

    value: Any
    layer: str
    source: str
    position: Position


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the final pod: by labels that last, and by the path that leads to it.

    `overrode` is what it was before, newest first.
    """

    labels: tuple[str, ...]
    path: Path
    setting: Setting
    overrode: tuple[Setting, ...] = ()

    @property
    def name(self) -> str:
        """`spec.containers[main].image`."""
        return spelled(self.labels, self.path)


def explain(steps: Sequence[Step]) -> tuple[Field, ...]:
    """The fields of the last pod, in its order."""
    history: dict[tuple[str, ...], list[Setting]] = {}
    first: dict[int, Setting] = {}
    final: list[tuple[tuple[str, ...], Path]] = []
    seen: dict[tuple[str, ...], Any] = {}
    for step in steps:
        final = []
        for path, leaf in leaves(step.pod):
            labels = labels_of(step.pod, path)
            final.append((labels, path))
            if labels not in seen or (seen[labels] is not leaf and not _identifies(labels, path)):
                seen[labels] = leaf
                _remember(history.setdefault(labels, []), (labels, leaf), step, first)
    return tuple(
        Field(labels, path, history[labels][-1], tuple(reversed(history[labels][:-1])))
        for labels, path in final
    )


def _remember(
    settings: list[Setting],
    labelled: tuple[tuple[str, ...], Any],
    step: Step,
    first: dict[int, Setting],
) -> None:
    """Notes a leaf at a path; one that a fragment only moved is still who set it `first`."""
    labels, leaf = labelled
    source = str(step.fragment) if step.fragment else "Octavo"
    if isinstance(leaf, Traced):
        made = Setting(leaf.value, leaf.layer or step.layer.value, source, leaf.position)
        fresh = first.setdefault(id(leaf), made)
    elif settings and settings[-1].value == leaf:
        return
    else:
        fresh = Setting(leaf, step.layer.value, source, _place_of(step.fragment, labels))
    last = settings[-1] if settings else None
    if last is not None and (last.layer, last.position) == (fresh.layer, fresh.position):
        # The same words, as the cluster writes them: `cpu: 4` becomes "4".
        settings[-1] = replace(last, value=fresh.value)
    else:
        settings.append(fresh)


def _place_of(fragment: Fragment | None, labels: Sequence[str]) -> Position:
    if fragment is None:
        return Position("", 1, 1)
    return place_in(fragment, labels) or fragment.origin.at()


def _identifies(labels: tuple[str, ...], path: Path) -> bool:
    """Whether the field only says which item is meant: the first who said it made the item."""
    match path:
        case (*_, _, int(), last):
            return bool(last == IDENTITIES.get(labels[-3], NAME))
        case _:
            return False


def labels_of(pod: Any, path: Path) -> tuple[str, ...]:
    """The path with list items by what identifies them, so that it stays when others come."""
    found: list[str] = []
    value = pod
    for step in path:
        label = _label(value, step, found[-1] if found else "") if isinstance(step, int) else step
        found.append(label)
        value = value[step]
    return tuple(found)


def _label(items: Sequence[Any], index: int, field: str) -> str:
    key = IDENTITIES.get(field, NAME)
    identities = [plain(item.get(key)) if isinstance(item, Mapping) else None for item in items]
    own = identities[index]
    return str(own) if own is not None and identities.count(own) == 1 else str(index)


def spelled(labels: Sequence[str], path: Path) -> str:
    """Labels as people write them: list items, and keys with dots, in brackets."""
    words = ""
    for label, step in zip(labels, path, strict=True):
        if isinstance(step, int) or "." in label or "[" in label:
            words += f"[{label}]"
        else:
            words += f".{label}" if words else label
    return words


def find(fields: Sequence[Field], asked: str, main: str = "main") -> tuple[Field, ...]:
    """The fields at or below a path; list items by what identifies them, else by number.

    The container `main` is the main container, whatever its name is.
    """
    wanted = _flat(asked).strip(".")
    if main != "main" and not any(field.labels[1:3] == ("containers", "main") for field in fields):
        wanted = re.sub(r"^spec\.containers\.main(?=\.|$)", f"spec.containers.{main}", wanted)
    for by_number in (False, True):
        found = tuple(field for field in fields if _leads(wanted, field, 0, by_number=by_number))
        if found:
            return found
    return ()


def _leads(wanted: str, field: Field, depth: int, *, by_number: bool) -> bool:
    if not wanted:
        return True
    if depth == len(field.labels):
        return False
    names = [_flat(field.labels[depth])]
    if by_number and isinstance(field.path[depth], int):
        names.append(str(field.path[depth]))
    return any(
        _leads(wanted[len(name) + 1 :], field, depth + 1, by_number=by_number)
        for name in names
        if wanted == name or wanted.startswith(f"{name}.")
    )


def _flat(path: str) -> str:
    """Brackets are one way to write a path, and dots another."""
    return path.replace("[", ".").replace("]", "")


def known_paths(fields: Sequence[Field]) -> Iterator[str]:
    """Every path that can be asked for: those of fields, and of what holds them."""
    prefixes = (
        spelled(field.labels[:depth], field.path[:depth])
        for field in fields
        for depth in range(1, len(field.labels) + 1)
    )
    yield from dict.fromkeys(prefixes)
