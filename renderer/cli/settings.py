"""The settings of a tree, for a command that needs nothing else of it."""

from __future__ import annotations

from pathlib import Path

from renderer.errors import InputError
from renderer.installation import settings_of
from renderer.model.settings import Settings
from renderer.sources import SourceTree
from renderer.yamlio import load_all


def settings_in(tree: Path) -> Settings:
    """The settings; what is wrong with them is for a render or a check to say."""
    try:
        file = SourceTree(tree).settings()
        documents = load_all(file.read(), file.name) if file else []
    except InputError:
        documents = []
    return settings_of(documents[0] if documents else None, [])
