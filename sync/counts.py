"""Numbers in words for people."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 notebook`, `42 notebooks`."""
    return f"{number:,} {plural(number, noun, f'{noun}s')}"


def plural(number: int, one: str, many: str) -> str:
    """The word that fits a number."""
    return one if number == 1 else many
