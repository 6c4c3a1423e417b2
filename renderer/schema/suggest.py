"""Guesses what somebody meant to write."""

from __future__ import annotations

from collections.abc import Iterable

ENOUGH_ALIKE = 0.6
LONGEST = 100
# Where there are more candidates, only those are compared that begin as the word does.
MANY = 500


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`did you mean "x"?` for the candidate most like the word, or nothing."""
    from difflib import get_close_matches

    if len(word) > LONGEST:
        return ""
    candidates = _worth_comparing(word.lower(), [c for c in candidates if len(c) <= LONGEST])
    by_lower = {candidate.lower(): candidate for candidate in sorted(candidates, reverse=True)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=ENOUGH_ALIKE)
    return f'did you mean "{by_lower[close[0]]}"?' if close else ""


def _worth_comparing(word: str, candidates: list[str]) -> list[str]:
    if len(candidates) <= MANY:
        return candidates
    alike = (each for each in candidates if each[:2].lower() == word[:2])
    return sorted(alike, key=lambda each: abs(len(each) - len(word)))[:MANY]
