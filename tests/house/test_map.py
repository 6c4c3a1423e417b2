"""The map in ARCHITECTURE.md names what there is, and names all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def rooms() -> set[str]:
    """The paths of the map's first column; a plain name stands beside the path before it."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`.+?`) \|", MAP, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", row)
        parent = names[0].rstrip("/").rpartition("/")[0]
        for name in names:
            path = (
                name if "/" in name or not (ROOT / parent / name).exists() else f"{parent}/{name}"
            )
            found.add((path if (ROOT / path).exists() else f"{parent}/{name}").lstrip("/"))
    return found


def test_everything_on_the_map_is_there() -> None:
    missing = sorted(path for path in rooms() if not (ROOT / path).exists())
    assert len(rooms()) > 30
    assert missing == []


@pytest.mark.parametrize("house", ["renderer", "sync"])
def test_every_room_is_on_the_map(house: str) -> None:
    on_map = {path.rstrip("/") for path in rooms()}
    rooms_there = {
        f"{house}/{path.name}"
        for path in (ROOT / house).iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
    }
    assert rooms_there - on_map - {f"{house}/__init__.py"} == set()


def test_links_lead_somewhere() -> None:
    for document in (ROOT / "ARCHITECTURE.md", ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (document.parent / target).exists(), f"{document.name} leads to {target}"
