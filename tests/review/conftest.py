"""Opens pull requests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.review.paths import PathChange
from renderer.review.review import Asked
from renderer.review.reviewing import Reviewer
from renderer.sources import SourceTree
from renderer.workspace import open_workspace
from tests.review.trees import BASE, Files, Open, Opened, listed, written


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a pull request that changes these files; None removes one, `-> ` makes a link."""

    def open_one(
        changed: Files,
        login: str | None = "mallory",
        base: Files | None = None,
        prepare: Callable[[Path], None] | None = None,
    ) -> Opened:
        files = {**BASE, **(base or {})}
        before = written(tmp_path / "base", {k: v for k, v in files.items() if v is not None})
        after = written(tmp_path / "head", {k: v for k, v in files.items() if v is not None})
        written(after, changed)
        if prepare is not None:
            prepare(after)
        old, new = listed(before), listed(after)
        changes = [
            PathChange(path, old.get(path, (None,))[0], new.get(path, (None,))[0])
            for path in sorted({*old, *new})
            if old.get(path) != new.get(path)
        ]
        asked = Asked(changes, list(new), login, jobs=1)
        base_side, head_side = (open_workspace(SourceTree(root)) for root in (before, after))
        reviewer = Reviewer(base_side, head_side, asked)
        return Opened(reviewer.review(), reviewer)

    return open_one
