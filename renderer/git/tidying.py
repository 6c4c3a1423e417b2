"""Joins what many commits have left lying about, as `git commit` itself does."""

from __future__ import annotations

from pathlib import Path

from renderer.git.commands import Commands

# As git counts them: one of 256 folders for loose files, and the packs.
LOOSE, PACKS = 27, 50


def tidy(common: Path, commands: Commands) -> None:
    """What is younger than weeks stays, whoever may use it."""
    objects = common / "objects"
    if _count(objects / "17", "*") <= LOOSE and _count(objects / "pack", "*.pack") <= PACKS:
        return
    patient = commands.adding(None, ("gc.auto", "6700"), ("gc.autoDetach", "false"))
    patient.run(f"--git-dir={common}", "gc", "--auto", "--quiet")


def _count(folder: Path, pattern: str) -> int:
    return sum(1 for _ in folder.glob(pattern))
