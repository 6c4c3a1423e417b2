"""Amounts as the API server writes them: `0.5` becomes `500m`, and `1024Mi` becomes `1Gi`."""

from __future__ import annotations

import re
from functools import lru_cache

# Signs, leading zeros, exponents and thousandths are left alone by the server now and then.
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?([KMGTP]i|[mkMGTP]|)")
BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
DECIMAL = ("m", "", "k", "M", "G", "T", "P", "E")
KIBI, KILO = 1024, 1000
LARGEST = 2**62


@lru_cache(maxsize=1024)
def canonical(text: str) -> str | None:
    """The one way the server writes this amount; None where it is none, or out of the common."""
    found = AMOUNT.fullmatch(text)
    if not found:
        return None
    whole, fraction, suffix = found[1], found[2] or "", found[3]
    thousandths, rest = divmod(int(whole + fraction) * _thousandths(suffix), 10 ** len(fraction))
    if rest or thousandths > LARGEST:
        return None
    if suffix in BINARY[1:] and thousandths % KILO == 0 and thousandths >= KIBI * KILO:
        return _written(thousandths // KILO, KIBI, BINARY)
    return _written(thousandths, KILO, DECIMAL) if thousandths else "0"


def _thousandths(suffix: str) -> int:
    if suffix in BINARY[1:]:
        return int(KIBI ** BINARY.index(suffix) * KILO)
    return int(KILO ** DECIMAL.index(suffix))


def _written(value: int, base: int, suffixes: tuple[str, ...]) -> str:
    power = 0
    while value % base == 0 and power < len(suffixes) - 1:
        value, power = value // base, power + 1
    return f"{value}{suffixes[power]}"
