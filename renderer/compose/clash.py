"""Two fragments of one layer that contradict each other: said of both, with both places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renderer.compose import fold
from renderer.compose.adding import without_scheduling
from renderer.compose.layers import LayerName
from renderer.errors import Problem
from renderer.model.fragments import Fragment, Scheduling
from renderer.model.notebook import Notebook
from renderer.position import Path, Position

Pod = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """A fragment, and its template for one pod."""

    fragment: Fragment
    pod: Pod


def clashes(layer: LayerName, first: Adapted, second: Adapted, notebook: Notebook) -> list[Problem]:
    """A problem for every field that both set, and differently."""
    elected = f" (both elected by {notebook})" if layer is LayerName.OPTIONS else ""
    a, b = first.fragment, second.fragment
    return [
        Problem(
            _place(second, path_b),
            f"{a} and {b} set {spelled(first.pod, path_a)} to different values{elected}",
            expected="fragments of one layer that agree",
            hint=f"drop one of them, or say spec.onConflict: Override in {b} if it shall win",
            there=(_place(first, path_a),),
        )
        for path_a, path_b in fold.disagreements(first.pod, _replacing(second))
    ]


def _replacing(adapted: Adapted) -> Pod:
    """What of a fragment would replace what another says."""
    if adapted.fragment.scheduling is Scheduling.ADD:
        return without_scheduling(adapted.pod)
    return adapted.pod


def _place(adapted: Adapted, path: Path) -> Position:
    written = (adapted.fragment.template.get("spec") or {}).get("containers") or []
    match path:
        case ("spec", "containers", int(index), *rest):
            name = adapted.pod["spec"]["containers"][index].get("name")
            as_written = [item.get("name") for item in written]
            for candidate in (name, fold.MAIN, fold.EVERY):
                if candidate in as_written:
                    path = ("spec", "containers", as_written.index(candidate), *rest)
                    break
        case _:
            pass
    return adapted.fragment.origin.at(path)


def spelled(value: Any, path: Path) -> str:
    """A path in words: list items by their names where they have one."""
    words = ""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(step, int):
            item = value if isinstance(value, Mapping) else {}
            words += f"[{item.get('name') or item.get('mountPath') or step}]"
        else:
            words += f".{step}" if words else str(step)
    return words
