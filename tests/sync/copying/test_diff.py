"""A diff shows the copies that a sync would make, and never what is in them."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator

import pytest
from controlplane.cluster import Cluster, namespace

from tests.sync.copying.test_copies import create, need, replace, secret
from tests.sync.prune.house import ROOT, House, Ran, ended


@pytest.fixture
def catalog(cluster: Cluster) -> Iterator[str]:
    """The namespace of the originals."""
    name = f"{cluster.namespace}-catalog"
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def diff(house: House) -> Ran:
    words = (
        *("--agent", house.agent, "--from", str(house.source)),
        *("--namespaces", house.namespace, "--kubeconfig", str(house.cluster.kubeconfig)),
    )
    return ended(
        subprocess.Popen(
            [sys.executable, "-m", "octavo", "diff", *words],
            cwd=ROOT,
            env=house.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )


def test_a_copy_is_foreseen_made_changed_and_missed(house: House, catalog: str) -> None:
    house.put("churn", needs=[need(catalog)])
    found = diff(house)
    assert (found.code, f"Secret {catalog}/database, which is to be copied" in found.out) == (
        2,
        True,
    )

    create(house, secret(catalog))
    found = diff(house)
    assert (found.code, "Secret" in found.out, "b25l" in found.out) == (1, True, False)
    assert f"+ Secret {house.namespace}/database (create)" in found.out
    assert house.has("secret/database") == [False]

    house.fine()
    assert (diff(house).code, diff(house).out) == (0, "nothing to do\n")

    replace(house, {**secret(catalog), "data": {"password": b64encode(b"two").decode()}})
    found = diff(house)
    assert (found.code, "(changed)" in found.out, "dHdv" in found.out) == (1, True, False)
