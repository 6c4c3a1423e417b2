"""A desk for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from controlplane.cluster import Cluster

from tests.sync.bundles_of import Desk, desk_in


@pytest.fixture
def desk(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> Desk:
    assert notebook_crd
    return desk_in(cluster, tmp_path)
