"""Keeps the output out of the sources: what is rendered must not be read as a source."""

from __future__ import annotations

from pathlib import Path

from renderer.cli.settings import settings_in
from renderer.destination import ROOTS
from renderer.errors import UsageError


def refuse_sources(output: Path, tree: Path) -> None:
    """Raises UsageError where the output would lie among the sources, or they in it."""
    settings = settings_in(tree)
    for source in (settings.catalog, settings.notebooks, settings.charts):
        for written in (output / root for root in ROOTS):
            if _overlap(written.resolve(), (tree / source).resolve()):
                message = (
                    f"{written} is where bundles go, and {tree / source} holds sources: "
                    "render into a directory of its own, as in --out rendered"
                )
                raise UsageError(message)


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
