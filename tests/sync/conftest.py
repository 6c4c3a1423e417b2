"""What tests of the agent share: a server that knows the Notebook, and places to work at."""

from __future__ import annotations

from pathlib import Path

import pytest
from controlplane.cluster import Cluster

from tests.sync.bundles_of import Desk, desk_in
from tests.sync.kinds import teach_notebooks
from tests.sync.prune.house import House


@pytest.fixture(scope="session")
def notebook_crd(control_plane: Cluster) -> str:
    """The name of the Notebook's definition, installed; it stays, for all share the server."""
    return teach_notebooks(control_plane)


@pytest.fixture
def desk(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> Desk:
    """One notebook as the renderer makes it, in a namespace of the test's own."""
    assert notebook_crd
    return desk_in(cluster, tmp_path)


@pytest.fixture
def house(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> House:
    """Small bundles, and an agent of the test's own."""
    assert notebook_crd
    return House(cluster, tmp_path, f"agent-{cluster.namespace}")
