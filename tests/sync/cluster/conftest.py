"""A server that misbehaves, and clients that have little patience with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from controlplane.cluster import Cluster as ControlPlane

from sync.cluster import Cluster, connect
from tests.sync.cluster.faulty import FaultyServer, running

SOON = 2.5


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def client(server: FaultyServer) -> Iterator[Cluster]:
    """One that gives up soon."""
    with closing(connect(server.kubeconfig(), None, deadline=SOON)) as client:
        yield client


@pytest.fixture
def real(cluster: ControlPlane) -> Iterator[Cluster]:
    """A client of the real control plane, as its admin."""
    with closing(connect(str(cluster.kubeconfig), None)) as client:
        yield client


@pytest.fixture
def connected() -> Iterator[Callable[..., Cluster]]:
    """`connect`, whose clients are closed at the end."""
    with ExitStack() as stack:

        def make(*arguments: Any, **options: Any) -> Cluster:
            return stack.enter_context(closing(connect(*arguments, **options)))

        yield make
