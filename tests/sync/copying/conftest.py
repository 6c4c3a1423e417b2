"""A house of each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from controlplane.cluster import Cluster

from tests.sync.prune.house import House


@pytest.fixture
def house(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> House:
    assert notebook_crd
    return House(cluster, tmp_path, f"agent-{cluster.namespace}")
