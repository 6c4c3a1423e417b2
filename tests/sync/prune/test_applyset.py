"""The set of a notebook is an ApplySet: kubectl itself reads it and prunes it."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from tests.sync.prune.house import House, members, small

OLDEST = (1, 27)


@pytest.fixture(autouse=True)
def kubectl_knows_applysets(house: House) -> None:
    told = json.loads(house.cluster.kubectl("version", "--client", "--output=json"))
    version = told["clientVersion"]["gitVersion"]
    found = re.match(r"v(\d+)\.(\d+)", version)
    assert found
    if (int(found[1]), int(found[2])) < OLDEST:
        pytest.skip(f"no control plane test of ApplySets: kubectl {version} knows none")


def hand_over(house: House) -> None:
    """A set belongs to one tool; kubectl refuses ours until it is told that it is its own now."""
    words = ("annotate", "notebook", "churn", "--overwrite")
    house.cluster.kubectl(*words, "applyset.kubernetes.io/tooling=kubectl/v1.32.0")


def apply(house: House, *services: str) -> subprocess.CompletedProcess[str]:
    """What a person types who takes a notebook over with kubectl."""
    objects = [
        each
        for each in small(house.namespace, "churn", services=services)
        if each["kind"] not in {"Notebook", "PersistentVolumeClaim"}
    ]
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    command = [
        house.cluster.program,
        f"--kubeconfig={house.cluster.kubeconfig}",
        f"--namespace={house.namespace}",
        *("apply", "--server-side", "--force-conflicts", "--prune", "--filename=-"),
        "--applyset=notebooks.jackhoman.dev/churn",
    ]
    return subprocess.run(
        command,
        env={**os.environ, "KUBECTL_APPLYSET": "true"},
        input=json.dumps(listed),
        check=False,
        capture_output=True,
        text=True,
    )


def test_kubectl_prunes_what_it_is_not_given_and_nothing_else(house: House) -> None:
    house.put("churn", services=["one", "two"])
    house.put("sales")
    house.fine()
    hand_over(house)

    done = apply(house, "one")

    assert done.returncode == 0, done.stderr
    assert "service/two pruned" in done.stdout
    assert done.stdout.count(" pruned") == 1
    house.gone("service/two")
    assert all(house.has("service/one", "persistentvolumeclaim/churn-home", *members("sales")))


def test_kubectl_leaves_a_set_alone_that_is_ours(house: House) -> None:
    house.put("churn", services=["one", "two"])
    house.fine()

    done = apply(house, "one")

    assert done.returncode != 0
    assert "octavo" in done.stderr
    assert house.has("service/two") == [True]


def test_storage_is_in_no_set_and_has_no_owner(house: House) -> None:
    house.put("churn")
    house.fine()

    claim = house.get("persistentvolumeclaim/churn-home")["metadata"]

    assert "applyset.kubernetes.io/part-of" not in claim["labels"]
    assert "ownerReferences" not in claim
    contained = house.get("notebook/churn")["metadata"]["annotations"]
    kinds = contained["applyset.kubernetes.io/contains-group-kinds"].split(",")
    assert "PersistentVolumeClaim" not in kinds
    assert kinds == sorted(kinds)
    assert "StatefulSet.apps" in kinds
