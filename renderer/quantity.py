"""Kubernetes quantities as exact integers, so that they can be compared."""

from __future__ import annotations

import re
from functools import lru_cache

NANO = 10**9
# Kubernetes holds no quantity that needs more; longer ones are somebody's attempt.
_MAX_LENGTH = 64
_MAX_EXPONENT = 64

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]+))?",
    re.ASCII,
)
_MULTIPLIERS = {
    "n": (1, NANO),
    "u": (1, 10**6),
    "m": (1, 10**3),
    "": (1, 1),
    "k": (10**3, 1),
} | {
    letter + binary: ((2**10 if binary else 10**3) ** power, 1)
    for power, letter in enumerate("KMGTPE", start=1)
    for binary in ("", "i")
    if letter + binary != "K"
}


def parse(quantity: object) -> int | None:
    """The quantity in billionths, as fine as Kubernetes counts; None where it is none.

    What is finer still is rounded away from zero, as Kubernetes does.
    """
    if isinstance(quantity, str):
        return _parse_text(quantity)
    if isinstance(quantity, bool):
        return None
    if isinstance(quantity, int):
        return quantity * NANO
    return _parse_text(repr(quantity)) if isinstance(quantity, float) else None


def exceeds(quantity: object, most: object) -> bool:
    """Whether both are quantities and the first is the larger."""
    left, right = parse(quantity), parse(most)
    return left is not None and right is not None and left > right


@lru_cache(maxsize=4096)
def _parse_text(text: str) -> int | None:
    match = _QUANTITY.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    whole, fraction = match["whole"], match["fraction"] or ""
    if not whole + fraction:
        return None
    multiplier, divisor = _scale(match["suffix"] or "", int(match["exponent"] or 0))
    if not multiplier:
        return None
    numerator = int(whole + fraction) * multiplier * NANO
    magnitude: int = -(-numerator // (divisor * 10 ** len(fraction)))
    return -magnitude if match["sign"] == "-" else magnitude


def _scale(suffix: str, exponent: int) -> tuple[int, int]:
    """What to multiply and what to divide by; a zero says that the exponent is out of reach."""
    if abs(exponent) > _MAX_EXPONENT:
        return 0, 1
    multiplier, divisor = _MULTIPLIERS[suffix]
    return multiplier * 10 ** max(exponent, 0), divisor * 10 ** max(-exponent, 0)
