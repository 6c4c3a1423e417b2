"""What differs between two versions of a file, line by line, with the data of Secrets masked."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from renderer.errors import InputError
from renderer.masks import is_secret, masked
from renderer.output import Change, Difference
from renderer.yamlio import emit, load_all

NOTHING = "/dev/null"


def lines_of(difference: Difference, directory: str = "") -> Iterator[str]:
    """The lines of the unified diff of one file. They may hold what a terminal must not see."""
    old, new = _shown(difference.old, difference.new)
    name = f"{directory}/{difference.name}" if directory else difference.name
    return unified_diff(
        old.splitlines(),
        new.splitlines(),
        NOTHING if difference.old is None else name,
        NOTHING if difference.new is None else name,
        lineterm="",
    )


def change_of(differences: list[Difference]) -> Change:
    """What a render would do to the bundle that these files belong to."""
    if all(item.old is None for item in differences):
        return Change.ADDED
    if all(item.new is None for item in differences):
        return Change.REMOVED
    return Change.CHANGED


def _shown(old: str | None, new: str | None) -> tuple[str, str]:
    """Both texts; where either holds a Secret, both without its data."""
    texts = (old or "", new or "")
    if not any("Secret" in text or "\\" in text for text in texts):
        return texts
    try:
        before, after = (_manifests(text) for text in texts)
    except InputError:
        return "".join("# not shown: no YAML, and perhaps a Secret\n" for text in texts if text), ""
    if not any(map(is_secret, (*before, *after))):
        return texts
    return _emitted(before, after, "before"), _emitted(after, before, "after")


def _manifests(text: str) -> list[Any]:
    return [document.value for document in load_all(text.encode(), "output")] if text else []


def _emitted(manifests: list[Any], others: list[Any], mark: str) -> str:
    return "---\n".join(emit(item) for item in _masked(manifests, others, mark))


def _masked(manifests: list[Any], others: list[Any], mark: str) -> Iterator[Any]:
    for index, item in enumerate(manifests):
        other = others[index] if index < len(others) and is_secret(others[index]) else {}
        yield masked(item, other, mark) if is_secret(item) else item
