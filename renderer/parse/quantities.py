"""Amounts as people write them: numbers as well as strings, plain lists as well as requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(amount: Any) -> str:
    """An amount as Kubernetes writes it; nothing is an empty string."""
    return "" if amount is None else str(amount)


def container_resources(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `resources` of a container: a plain list sets requests and limits alike."""
    if "requests" in written or "limits" in written:
        return written
    plain = {name: amount for name, amount in written.items() if name != "claims"}
    alike = {"requests": plain, "limits": plain} if plain else {}
    return {**alike, "claims": written["claims"]} if "claims" in written else alike
