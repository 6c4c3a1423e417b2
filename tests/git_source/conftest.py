"""The same content as a directory and as a commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.tree import Tree
from tests.git_source.trees import (
    Content,
    from_bare_commit,
    from_below,
    from_commit,
    from_disk,
    written,
)


@pytest.fixture(params=[from_disk, from_commit, from_bare_commit, from_below])
def tree_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Content], Tree]:
    """A tree of the content, in each of the ways that there are."""

    def tree_of(content: Content) -> Tree:
        made: Tree = request.param(written(tmp_path / "root", content))
        return made

    return tree_of
