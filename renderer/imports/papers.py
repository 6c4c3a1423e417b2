"""Files as they will be written: a value, and comments that say where each part came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renderer.imports.remarks import Remark
from renderer.position import Path
from renderer.yamlio import emit, load_all


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of our own; comments stand above what their paths lead to, () at the top."""

    path: str
    value: Mapping[str, Any]
    comments: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Import:
    """What was understood, and what is to be said of it."""

    papers: tuple[Paper, ...]
    remarks: tuple[Remark, ...]


def text_of(paper: Paper) -> str:
    """The file: every comment in lines above its field, at the same depth."""
    plain = emit(paper.value)
    (document,) = load_all(plain.encode(), paper.path)
    above: dict[int, list[str]] = {}
    for path, comment in paper.comments.items():
        above.setdefault(document.at(path).line if path else 1, []).extend(_lines(comment))
    written: list[str] = []
    for number, line in enumerate(plain.splitlines(keepends=True), start=1):
        pad = " " * (len(line) - len(line.lstrip(" ")))
        written += [f"{pad}# {comment}\n" for comment in above.get(number, ())]
        written.append(line)
    return "".join(written)


def _lines(comment: str) -> list[str]:
    """The lines of a comment, in characters that everybody sees."""
    return [
        " ".join("".join(c if c.isprintable() else " " for c in line).split())
        for line in comment.splitlines()
        if line.strip()
    ]
