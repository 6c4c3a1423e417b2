"""What whoever imports should know, beside the files: nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What a remark is about, as the heading that it stands under."""

    LEFT = "Not carried over"
    CHANGED = "Carried over, and works differently"
    TO_DO = "To be done by hand"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing, and what to do about it. Never holds the value of a secret."""

    sort: Sort
    source: str
    message: str
    advice: str = ""


def left(source: str, message: str, advice: str = "") -> Remark:
    return Remark(Sort.LEFT, source, message, advice)


def changed(source: str, message: str, advice: str = "") -> Remark:
    return Remark(Sort.CHANGED, source, message, advice)


def to_do(source: str, message: str, advice: str = "") -> Remark:
    return Remark(Sort.TO_DO, source, message, advice)


def by_message(remarks: Iterable[Remark], sort: Sort) -> Mapping[tuple[str, str], list[str]]:
    """The sources of each message and advice, in the order in which they were met."""
    found: dict[tuple[str, str], list[str]] = {}
    for remark in remarks:
        if remark.sort is sort:
            sources = found.setdefault((remark.message, remark.advice), [])
            if remark.source not in sources:
                sources.append(remark.source)
    return found
