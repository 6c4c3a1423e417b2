"""What tests of consumers share: a tree with two namespaces, rendered for both of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.consumers.trees import Trees, begin


@pytest.fixture
def tree(tmp_path: Path) -> Trees:
    made = begin(tmp_path)
    for space, name in (("research", "churn"), ("research", "resnet"), ("teaching", "churn")):
        made.notebook(space, name)
    made.render()
    return made
