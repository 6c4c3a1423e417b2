"""The YAML of a block, in which an entry stands in the stead of each control."""

from __future__ import annotations

from typing import TypeAlias

from renderer.templating.items import (
    FIRST_CONTROL,
    Item,
    Lifted,
    LiftError,
    Line,
    Region,
    Statement,
)

Anchor: TypeAlias = tuple[int, bool]

WHOLE_ENTRIES = "control lines enclose whole map entries, list items or documents"


def skeleton(items: list[Item], controls: dict[str, Item]) -> str:
    """The lines of a block at their numbers, with one entry in the stead of each control."""
    lines: dict[int, str] = {}
    for at, item in enumerate(items):
        if isinstance(item, Line):
            lines[item.number] = item.text
            continue
        found = anchor(items[at:] if isinstance(item, Statement) else [item])
        if found is None:
            continue
        indent, is_item = found
        name = chr(ord(FIRST_CONTROL) + len(controls))
        controls[name] = item
        entry = f'- "{name}"' if is_item else f'"{name}": ""'
        lines[tag_of(item).place.line] = " " * indent + entry
    return "\n".join(lines.get(number, "") for number in range(1, max(lines) + 1)) + "\n"


def anchor(items: list[Item]) -> Anchor | None:
    """The indentation of the first entry, and whether it is a list's item."""
    for item in items:
        if isinstance(item, Line) and item.is_content:
            return item.indent, item.is_item
        if isinstance(item, Region):
            anchors = [anchor(branch.items) for branch in item.branches]
            found = [one for one in anchors if one is not None]
            if any(one != found[0] for one in found):
                message = "the branches stand at different levels"
                raise LiftError(item.branches[0].tag.place, message, WHOLE_ENTRIES)
            if found:
                return found[0]
    return None


def is_prelude(item: Item) -> bool:
    return isinstance(item, Statement) or (isinstance(item, Line) and not item.is_content)


def holds_separator(region: Region) -> bool:
    return any(
        item.is_separator
        if isinstance(item, Line)
        else isinstance(item, Region) and holds_separator(item)
        for branch in region.branches
        for item in branch.items
    )


def tag_of(item: Item) -> Lifted:
    assert not isinstance(item, Line)  # noqa: S101  (for the type checker)
    return item.branches[0].tag if isinstance(item, Region) else item.tag
