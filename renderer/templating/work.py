"""How much a render may do, counted in units of work rather than timed.

One unit is about one character moved; a step of the template costs a few.
"""

from __future__ import annotations

from renderer.templating.faults import TOO_DEEP, RefusedError

UNITS = 4_000_000
STEP = 4
MACRO_DEPTH = 40


class Budget:
    """The work that is left to one render, and what the values weigh that it was given."""

    __slots__ = ("depth", "given", "left")

    def __init__(self, given: dict[int, int], units: int = UNITS) -> None:
        self.left = units
        self.depth = 0
        self.given = given

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise RefusedError(
                "the template asks for too much work",
                "loops, repeated text and long numbers are limited",
            )

    def descend(self) -> None:
        self.depth += 1
        if self.depth > MACRO_DEPTH:
            raise RefusedError(f"the call of a macro {TOO_DEEP}", "does a macro call itself?")

    def ascend(self) -> None:
        self.depth -= 1
