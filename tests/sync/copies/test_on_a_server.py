"""A real API server takes the copies, and its garbage collector takes them away."""

from __future__ import annotations

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from controlplane.cluster import Cluster

from sync.copies import copy_of

MEBIBYTE = 1_048_576


def revision(cluster: Cluster, name: str) -> tuple[str, str]:
    """An owner: its name and its uid."""
    applied = json.loads(cluster.apply(json.dumps(revision_of(name)), "--output=json"))
    return name, applied["metadata"]["uid"]


def revision_of(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": name},
        "revision": 1,
        "data": {},
    }


def secret(size: int, **more: Any) -> dict[str, Any]:
    data = {"blob": b64encode(b"x" * size).decode()}
    metadata = {"name": "pull", "namespace": "kubeflow"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data, **more}


def put(cluster: Cluster, source: dict[str, Any], owners: list[tuple[str, str]]) -> dict[str, Any]:
    """Apply a copy; the answer is what the server has stored."""
    text = json.dumps(copy_of(source, cluster.namespace, owners, "octavo"))
    stored: dict[str, Any] = json.loads(cluster.apply(text, "--output=json"))
    return stored


def thousand_revisions(cluster: Cluster) -> list[tuple[str, str]]:
    """Owners that there are: the garbage collector asks for each that there is not."""
    items = [revision_of(f"notebook-{each}-rev-bcdfghjklm") for each in range(1000)]
    parts = [
        json.dumps({"apiVersion": "v1", "kind": "List", "items": items[at::4]}) for at in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda part: cluster.kubectl("create", "--filename=-", stdin=part), parts))
    made = json.loads(cluster.kubectl("get", "controllerrevisions", "--output=json"))
    return [(each["metadata"]["name"], each["metadata"]["uid"]) for each in made["items"]]


def test_a_thousand_revisions_own_one_copy_of_a_mebibyte(cluster: Cluster) -> None:
    owners = thousand_revisions(cluster)

    stored = put(cluster, secret(MEBIBYTE), owners)
    again = put(cluster, secret(MEBIBYTE, type="Opaque"), owners)

    assert len(stored["metadata"]["ownerReferences"]) == 1000
    assert len(stored["data"]["blob"]) == len(b64encode(b"x" * MEBIBYTE))
    assert again["metadata"]["uid"] == stored["metadata"]["uid"]
    cluster.kubectl("delete", "secret", "pull")  # before the collector looks at it for each owner


def test_a_copy_stays_until_its_last_owner_goes(cluster: Cluster) -> None:
    one, two = revision(cluster, "rev-1"), revision(cluster, "rev-2")
    put(cluster, secret(1), [one, two])

    def owners() -> list[str]:
        found = cluster.get("secret", "pull")
        return [each["name"] for each in found["metadata"]["ownerReferences"]] if found else []

    cluster.kubectl("delete", "controllerrevision", "rev-1")
    cluster.eventually(lambda: owners() == ["rev-2"])
    cluster.kubectl("delete", "controllerrevision", "rev-2")
    cluster.eventually(lambda: cluster.get("secret", "pull") is None)

    assert owners() == []


def test_owners_that_need_it_no_longer_are_given_up(cluster: Cluster) -> None:
    one, two = revision(cluster, "rev-1"), revision(cluster, "rev-2")
    put(cluster, secret(1), [one, two])

    stored = put(cluster, secret(1), [two])

    assert [each["name"] for each in stored["metadata"]["ownerReferences"]] == ["rev-2"]


def test_an_immutable_source_is_copied_again_when_it_is_replaced(cluster: Cluster) -> None:
    owners = [revision(cluster, "rev-1")]
    put(cluster, secret(1, immutable=True), owners)

    stored = put(cluster, secret(2, immutable=True), owners)

    assert stored["data"]["blob"] == b64encode(b"xx").decode()
