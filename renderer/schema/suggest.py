"""Guesses what somebody meant to write."""

from __future__ import annotations

from collections.abc import Iterable

ENOUGH_ALIKE = 0.6


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`did you mean "x"?` for the candidate most like the word, or nothing."""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in sorted(candidates, reverse=True)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=ENOUGH_ALIKE)
    return f'did you mean "{by_lower[close[0]]}"?' if close else ""
