"""Somebody who applies the bundles, and the namespace of the originals."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from controlplane.cluster import Cluster, namespace

from tests.sync.companion.beside import Beside, install
from tests.sync.prune.house import House


@pytest.fixture
def catalog(cluster: Cluster) -> Iterator[str]:
    name = f"{cluster.namespace}-catalog"
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def beside(house: House, catalog: str) -> Beside:
    """Argo CD, an original, and the account of a companion."""
    made = Beside(house, catalog, install(house.cluster, catalog))
    made.secret("one")
    return made
