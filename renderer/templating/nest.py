"""Nests the lines of a chart's file in the regions of the control lines that enclose them."""

from __future__ import annotations

from renderer.templating.items import Branch, Item, Lifted, LiftError, Line, Region, Statement

MAX_NESTING = 12
_REGIONS = {"if": "endif", "for": "endfor"}
_STATEMENTS = frozenset(("set", "import", "from"))
_HINTS = {
    "macro": "macros live in files named _*.jinja",
    "else": "else stands between if and endif; a for has none",
    "include": "use import and a macro",
}
_KNOWN = "known are if, elif, else, endif, for, endfor, set, import, from"


def nested(lines: list[str], controls: dict[int, Lifted]) -> list[Item]:
    """The items in the regions that enclose them."""
    top: list[Item] = []
    open_regions: list[Region] = []
    items = top
    for number, text in enumerate(lines, start=1):
        tag = controls.get(number)
        if tag is None:
            items.append(Line(number, text))
        elif tag.word in _REGIONS:
            if len(open_regions) >= MAX_NESTING:
                raise LiftError(tag.place, "control lines nest too deeply")
            region = Region([Branch(tag)])
            items.append(region)
            open_regions.append(region)
        elif tag.word in _STATEMENTS:
            items.append(Statement(tag))
        else:
            _turn(tag, open_regions)
        items = open_regions[-1].branches[-1].items if open_regions else top
    if open_regions:
        tag = open_regions[-1].branches[0].tag
        raise LiftError(tag.place, f"{tag.word} without {_REGIONS[tag.word]}")
    return top


def _turn(tag: Lifted, open_regions: list[Region]) -> None:
    """Begin the next branch of the innermost region, or end it."""
    if not open_regions:
        raise LiftError(tag.place, *_stray(tag))
    branches = open_regions[-1].branches
    first, latest = branches[0].tag.word, branches[-1].tag.word
    if tag.body == _REGIONS[first]:
        open_regions.pop()
    elif first == "if" and latest != "else" and (tag.word == "elif" or tag.body == "else"):
        branches.append(Branch(tag))
    else:
        raise LiftError(tag.place, *_stray(tag))


def _stray(tag: Lifted) -> tuple[str, str]:
    known = {"elif", "else", *_REGIONS.values()}
    what = "has no place here" if tag.word in known else "is not part of the charts' language"
    return f'"{tag.word}" {what}', _HINTS.get(tag.word, "" if tag.word in known else _KNOWN)
