"""What differs between the output and what it should be, as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from renderer.cli.masks import is_secret, masked
from renderer.cli.terminal import Pen, Style, printable
from renderer.errors import InputError
from renderer.output import Change, Difference
from renderer.yamlio import emit, load_all

NOTHING = "/dev/null"
HEADINGS = 2
STYLES = {"+": Style.GREEN, "-": Style.RED, "@": Style.CYAN}


def unified(difference: Difference, directory: str, pen: Pen) -> str:
    """The unified diff of one file, with the data of Secrets masked."""
    old, new = _shown(difference.old, difference.new)
    name = f"{directory}/{difference.name}"
    lines = unified_diff(
        old.splitlines(),
        new.splitlines(),
        NOTHING if difference.old is None else name,
        NOTHING if difference.new is None else name,
        lineterm="",
    )
    return "".join(f"{_painted(line, number, pen)}\n" for number, line in enumerate(lines))


def change_of(differences: list[Difference]) -> Change:
    """What a render would do to the bundle that these files belong to."""
    if all(item.old is None for item in differences):
        return Change.ADDED
    if all(item.new is None for item in differences):
        return Change.REMOVED
    return Change.CHANGED


def _painted(line: str, number: int, pen: Pen) -> str:
    style = Style.BOLD if number < HEADINGS else STYLES.get(line[:1])
    return pen(printable(line), style) if style else printable(line)


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
