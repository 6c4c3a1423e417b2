"""What tests of the agent share: a server that knows the Notebook."""

from __future__ import annotations

import pytest
from controlplane.cluster import Cluster

from sync import crd


@pytest.fixture(scope="session")
def notebook_crd(control_plane: Cluster) -> str:
    """The name of the Notebook's definition, installed; it stays, for all share the server."""
    control_plane.apply(crd.text(), "--force-conflicts", manager="octavo-tests")
    name = f"crd/{crd.NAME}"
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", name)
    return crd.NAME
