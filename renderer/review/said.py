"""Sentences with names in them: the words are ours, the names are anybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """`words` holds a `{}` for each of the names, which every format has to make harmless."""

    words: str
    names: tuple[str, ...] = ()

    def with_names(self, shown: Callable[[str], str]) -> str:
        return self.words.format(*map(shown, self.names))

    def __str__(self) -> str:
        return self.with_names(str)


def said(words: str, *names: object) -> Said:
    return Said(words, tuple(map(str, names)))


def joined(parts: Iterable[Said], between: str) -> Said:
    """Several sentences as one."""
    every = list(parts)
    names = tuple(name for each in every for name in each.names)
    return Said(between.join(each.words for each in every), names)


def visible(text: object) -> str:
    """The text on one line; what nobody sees, or what turns the writing, is spelled."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in str(text)
    )
