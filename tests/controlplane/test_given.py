"""The tests run on a cluster that is given, and say loudly what cannot be tried there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from controlplane.cluster import Cluster

TOOLS = Path(__file__).parents[2] / "tools"
WORDS = ("-p", "controlplane.plugin", "-p", "no:cacheprovider", "-W", "error", "--rootdir=.", "-ra")
TESTS = """
import os
from pathlib import Path

import pytest
from controlplane.webhook import Rules, webhook


def test_it_is_used(cluster):
    assert cluster.kubeconfig == Path(os.environ["OCTAVO_TEST_KUBECONFIG"])
    assert cluster.get("namespace", cluster.namespace) is not None


def test_its_service_accounts(cluster):
    kubeconfig = cluster.as_service_account("agent")
    assert kubeconfig.parents[1] != cluster.kubeconfig.parent
    cluster.using(kubeconfig).kubectl("version")


def test_its_log(cluster):
    with cluster.recording():
        pass


def test_its_users(cluster):
    cluster.as_user("alice")


def test_its_webhooks(cluster):
    with webhook(cluster, Rules(("configmaps",)), lambda _: ()):
        pass


def test_its_end(own_control_plane):
    own_control_plane().stop()
"""


@pytest.mark.cluster
def test_what_needs_a_control_plane_of_our_own_is_skipped(
    control_plane: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "test_given.py").write_text(TESTS)
    environment = {
        **os.environ,
        "CI": "true",
        "OCTAVO_TEST_KUBECONFIG": str(control_plane.kubeconfig),
        "PYTHONPATH": str(TOOLS),
    }

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *WORDS, "test_given.py"],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert "2 passed, 4 skipped" in done.stdout, done.stdout
    assert "NOT TESTED ON A REAL CONTROL PLANE" in done.stdout
    assert "4 tests were skipped" in done.stdout


def test_without_binaries_a_test_is_skipped_here_and_fails_where_ci_builds_its_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_given.py").write_text(TESTS)
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    inherited.pop("OCTAVO_TEST_KUBECONFIG", None)
    nothing = {"KUBEBUILDER_ASSETS": str(tmp_path), "PYTHONPATH": str(TOOLS)}
    for settings, said in (({}, "6 skipped"), ({"CI": "true"}, "6 errors")):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *WORDS, "test_given.py"],
            cwd=tmp_path,
            env={**inherited, **nothing, **settings},
            check=False,
            capture_output=True,
            text=True,
        )
        assert said in done.stdout, done.stdout
        assert "KUBEBUILDER_ASSETS holds no etcd" in done.stdout
