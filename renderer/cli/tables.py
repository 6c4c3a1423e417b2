"""Rows of words as aligned columns, and as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.cli.terminal import printable

GAP = "  "


def columns(rows: Sequence[Sequence[str]]) -> str:
    """The rows with every column as wide as its widest word; the last as long as it is."""
    shown = [[printable(word) for word in row] for row in rows]
    widths = [max(map(len, words)) for words in zip(*shown, strict=True)]
    return "".join(_line(row, widths) for row in shown)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [word.ljust(width) for word, width in zip(row, widths, strict=True)]
    return GAP.join(padded).rstrip() + "\n"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(word: str) -> str:
    """The word, read as nothing but text."""
    escaped = printable(word).replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`")
    return escaped.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
