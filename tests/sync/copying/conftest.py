"""The namespace of the originals."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from controlplane.cluster import Cluster, namespace


@pytest.fixture
def catalog(cluster: Cluster) -> Iterator[str]:
    name = f"{cluster.namespace}-catalog"
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")
