"""The pytest fixture `cluster`: a namespace of one real control plane for a whole run."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controlplane import binaries, session
from controlplane.cluster import Cluster

SESSION = pytest.StashKey[Path]()
CLOSING = pytest.StashKey[contextlib.ExitStack]()
SKIPPED = "no control plane"


def pytest_configure(config: pytest.Config) -> None:
    """The process that the others work for owns the session."""
    from_owner = getattr(config, "workerinput", {}).get("controlplane")
    closing = config.stash[CLOSING] = contextlib.ExitStack()
    config.stash[SESSION] = (
        Path(from_owner) if from_owner else closing.enter_context(session.owned())
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker process of the session."""
    node.workerinput["controlplane"] = str(node.config.stash[SESSION])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    config.stash[CLOSING].close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what a test asks for, so that `-m "not cluster"` never misses one."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.cluster)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tried."""
    reports = terminalreporter.getreports("skipped")
    skipped = [each for each in reports if SKIPPED in each.longreprtext]
    if skipped:
        terminalreporter.section("NOT TESTED ON A REAL CONTROL PLANE", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped; `make controlplane` builds one")


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest) -> Cluster:
    """The control plane itself, in its namespace `default`."""
    try:
        program, programs = binaries.kubectl(), binaries.find()
    except binaries.MissingError as error:
        if os.environ.get("CI"):
            pytest.fail(f"{SKIPPED}: {error}", pytrace=False)
        pytest.skip(f"{SKIPPED}: {error}")
    kubeconfig = session.kubeconfig(request.config.stash[SESSION], programs)
    return Cluster(kubeconfig, "default", program)


@pytest.fixture
def cluster(control_plane: Cluster) -> Iterator[Cluster]:
    """A namespace of one's own, removed without waiting when the test is over."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    control_plane.kubectl("create", "namespace", name)
    yield Cluster(control_plane.kubeconfig, name, control_plane.program)
    control_plane.kubectl("delete", "namespace", name, "--wait=false")
