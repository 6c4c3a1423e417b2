"""The pytest fixture `cluster`: a namespace of one real control plane for a whole run."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from controlplane import binaries, own, session
from controlplane.cluster import Cluster, namespace
from controlplane.own import OwnServer

SESSION = pytest.StashKey[Path]()
CLOSING = pytest.StashKey[contextlib.ExitStack]()
SKIPPED = "no control plane"
CLUSTERS = frozenset({"cluster", "control_plane", "own_control_plane"})
GIVEN = "OCTAVO_TEST_KUBECONFIG"


def pytest_configure(config: pytest.Config) -> None:
    """The process that the others work for owns the session."""
    config.addinivalue_line("markers", "cluster: needs etcd and kube-apiserver")
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
        if CLUSTERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.cluster)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tried."""
    reports = terminalreporter.getreports("skipped")
    skipped = [each for each in reports if SKIPPED in each.longreprtext]
    if skipped:
        terminalreporter.section("NOT TESTED ON A REAL CONTROL PLANE", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped; `make controlplane` builds one")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    return (yield from _missing_is_skipped())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    return (yield from _missing_is_skipped())


def _missing_is_skipped() -> Generator[None, None, None]:
    """What is not here cannot be tried: said, locally; a failure where CI builds its own."""
    try:
        return (yield)
    except binaries.MissingError as error:
        if os.environ.get("CI") and not os.environ.get(GIVEN):
            pytest.fail(f"{SKIPPED}: {error}", pytrace=False)
        pytest.skip(f"{SKIPPED}: {error}")


class StartOwn(Protocol):
    """Starts a control plane of a test's own, with flags for its API server."""

    def __call__(self, flags: Sequence[str] = (), *, controllers: bool = False) -> OwnServer: ...


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest) -> Cluster:
    """The control plane itself, in its namespace `default`."""
    folder = request.config.stash[SESSION]
    program = binaries.kubectl()
    if given := os.environ.get(GIVEN):
        return Cluster(Path(given), "default", program, folder)
    kubeconfig = session.kubeconfig(folder, binaries.find())
    return Cluster(kubeconfig, "default", program, kubeconfig.parent)


@pytest.fixture
def cluster(control_plane: Cluster) -> Iterator[Cluster]:
    """A namespace of one's own, removed without waiting when the test is over."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    control_plane.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    yield replace(control_plane, namespace=name)
    control_plane.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def own_control_plane(tmp_path: Path) -> Iterator[StartOwn]:
    """Control planes of one's own, each some seconds of everybody's time; gone with the test."""
    if os.environ.get(GIVEN):
        raise binaries.MissingError("a given cluster is nobody's to stop and start")
    program, programs = binaries.kubectl(), binaries.find()
    with contextlib.ExitStack() as running:

        def start(flags: Sequence[str] = (), *, controllers: bool = False) -> OwnServer:
            folder = tmp_path / f"control-plane-{uuid.uuid4().hex[:8]}"
            return running.enter_context(
                own.running(folder, programs, program, flags, controllers=controllers)
            )

        yield start
