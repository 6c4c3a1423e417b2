"""A namespace, bundles and agents for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from controlplane.cluster import Cluster

from tests.sync.agent.world import Repository, Tree, World


@pytest.fixture
def world(cluster: Cluster, notebook_crd: str, tmp_path: Path) -> World:
    """With one notebook, `one`, in the tree."""
    assert notebook_crd
    tree = Tree(tmp_path / "tree", cluster.namespace)
    tree.put("one")
    return World(cluster, tree, tmp_path)


@pytest.fixture
def repository(world: World) -> Repository:
    """The tree of the world, committed."""
    made = Repository(world.tree)
    made.commit()
    return made
