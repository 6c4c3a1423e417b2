"""Text of the cluster's as one line that a terminal and a table can show."""

from __future__ import annotations

LONGEST = 1024


def one_line(text: str, longest: int = LONGEST) -> str:
    """The text without what would break a line or a terminal, and not too long."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    shown = " ".join(plain.split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
