"""Values that remember where they were written, so that a pod can explain itself.

The merge sees nothing but atoms: a Traced value equals the plain value that it wraps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from renderer.model.fragments import Fragment
from renderer.model.notebook import Notebook
from renderer.position import Origin, Path, Position

# What tells the items of a list apart.
IDENTITIES = ("name", "mountPath", "containerPort", "devicePath", "topologyKey", "ip")


class Traced:
    """A scalar (or an empty mapping or list) with the layer and the place that set it."""

    __slots__ = ("layer", "position", "value")

    def __init__(self, value: Any, position: Position, layer: str = "") -> None:
        self.value = value
        self.position = position
        self.layer = layer

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Traced) else other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        return str(self.value)


def trace(value: Any, origin: Origin, layer: str = "", path: Path = ()) -> Any:
    """The same value with every leaf traced to its place below `origin`."""
    match value:
        case Traced():
            return Traced(value.value, value.position, layer)
        case Mapping():
            return {
                key: child
                if key.startswith("$") or child is None
                else trace(child, origin, layer, (*path, key))
                for key, child in value.items()
            }
        case list() | tuple():
            return [
                trace(child, origin, layer, (*path, index)) for index, child in enumerate(value)
            ]
        case _:
            return Traced(value, origin.at(path), layer)


def trace_notebook(notebook: Notebook) -> Notebook:
    """The Notebook with those values traced that its own layer passes on as they are."""
    spec = notebook.origin / "spec"

    def traced(value: Any, name: str) -> Any:
        return trace(value, spec / name) if value else value

    template = notebook.template
    if template is not None:
        template = trace(template, notebook.template_origin or spec / "template")
    return replace(
        notebook,
        template=template,
        resources=traced(notebook.resources, "resources"),
        env=traced(notebook.env, "env"),
        ports=traced(notebook.ports, "ports"),
    )


def plain(value: Any) -> Any:
    """The value without its traces."""
    match value:
        case Traced():
            return value.value
        case Mapping():
            return {plain(key): plain(child) for key, child in value.items()}
        case list():
            return [plain(child) for child in value]
        case _:
            return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with its path."""
    match value:
        case Mapping() if value:
            for key, child in value.items():
                yield from leaves(child, (*path, str(key)))
        case list() if value:
            for index, child in enumerate(value):
                yield from leaves(child, (*path, index))
        case _:
            yield path, value


def place_of(pods: Sequence[Any], path: Path) -> Position | None:
    """Where the field at `path` of the last pod was set; what holds it, where it first came in."""
    steps, value = along(pods[-1], path)
    if isinstance(value, Traced):
        return value.position
    found = (_first_leaf(_walked(pod, steps)) for pod in pods)
    return next((position for position in found if position is not None), None)


def along(value: Any, path: Path) -> tuple[list[str | int], Any]:
    """The steps of a path as far as it leads, items of lists by their names; what stands there."""
    steps: list[str | int] = []
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        named = isinstance(step, int) and isinstance(value, Mapping) and "name" in value
        steps.append(str(value["name"]) if named else step)
    return steps, value


def place_in(fragment: Fragment, steps: Sequence[str | int]) -> Position | None:
    """Where a fragment says what stands at these steps, also an empty mapping or list.

    Those bear no traces, since what is merged into them must find them as they are.
    """
    path = next(_paths(fragment.template, tuple(steps)), None)
    return None if path is None else fragment.origin.at(path)


def _paths(value: Any, steps: Path, before: Path = ()) -> Iterator[Path]:
    """The paths that these steps may mean."""
    if not steps:
        yield before
        return
    for step in _meant(value, steps[0], before[-1:]):
        yield from _paths(value[step], steps[1:], (*before, step))


def _meant(value: Any, step: str | int, holder: Path) -> Path:
    """The keys that a step may mean: items of lists go by name, else by number."""
    match value:
        case Mapping():
            return (step,) if step in value else ()
        case list():
            # In a fragment any container may be `main` or one of `*`.
            names = {str(step), *(("main", "*") if holder == ("containers",) else ())}
            named = tuple(i for i, item in enumerate(value) if _identities(item) & names)
            numbers = range(len(value))
            return named or tuple(i for i in numbers if str(i) == str(step))
        case _:
            return ()


def _identities(item: Any) -> set[str]:
    known = item if isinstance(item, Mapping) else {}
    return {str(known[key]) for key in IDENTITIES if key in known}


def _walked(value: Any, steps: Sequence[str | int]) -> Any:
    """What stands at a path on which items of lists go by their names; None where nothing does."""
    for step in steps:
        match value:
            case Mapping() if step in value:
                value = value[step]
            case list() if isinstance(step, str):
                value = next((item for item in value if item.get("name") == step), None)
            case list() if isinstance(step, int) and step < len(value):
                value = value[step]
            case _:
                return None
    return value


def _first_leaf(value: Any) -> Position | None:
    return next((leaf.position for _, leaf in leaves(value) if isinstance(leaf, Traced)), None)
