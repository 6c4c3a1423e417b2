"""Watches: what they see, how they end, and that they can be told to stop."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from controlplane.cluster import Cluster as ControlPlane

from sync.cluster import Cluster, Event, ListExpired
from sync.errors import ClusterError
from sync.objects import GroupKind
from tests.sync.cluster.faulty import FaultyServer, Reply

CONFIG_MAPS = GroupKind("", "ConfigMap")


def event(kind: str, name: str) -> bytes:
    return json.dumps({"type": kind, "object": {"metadata": {"name": name}}}).encode() + b"\n"


def gone(code: int = 410) -> bytes:
    status = {"kind": "Status", "code": code, "reason": "Expired", "message": "too old"}
    return json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"


def seen(events: list[Event]) -> list[tuple[str, str]]:
    return [(each.type, each.object["metadata"]["name"]) for each in events]


def watched(client: Cluster) -> list[tuple[str, str]]:
    return seen(list(client.watch(CONFIG_MAPS, "7", selector="a=b", namespace="team-a")))


def test_events_come_until_the_server_ends_it(server: FaultyServer, client: Cluster) -> None:
    server.says(Reply(200, event("ADDED", "a") + event("BOOKMARK", "b") + event("DELETED", "c")))

    assert watched(client) == [("ADDED", "a"), ("BOOKMARK", "b"), ("DELETED", "c")]


def test_a_watch_asks_for_bookmarks_and_for_an_end(server: FaultyServer, client: Cluster) -> None:
    server.says(Reply(200, b""))
    assert watched(client) == []

    query = dict(server.asked[0].query)
    assert 240 <= int(query.pop("timeoutSeconds")) <= 300
    assert query == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "7",
        "labelSelector": "a=b",
    }


@pytest.mark.parametrize("rest", [event("ADDED", "b")[:-1], b'{"type"', b"<html>\n", b"[]\n"])
def test_what_is_cut_or_garbage_just_ends_it(
    server: FaultyServer, client: Cluster, rest: bytes
) -> None:
    body = event("ADDED", "a") + rest
    server.says(Reply(200, body + b"never sent", cut=len(body)))

    assert watched(client) == [("ADDED", "a")]


@pytest.mark.parametrize(
    "reply",
    [Reply(410, gone()), Reply(200, event("ADDED", "a") + gone())],
    ids=["at once", "later"],
)
def test_a_forgotten_past_is_said(server: FaultyServer, client: Cluster, reply: Reply) -> None:
    server.says(reply)

    with pytest.raises(ListExpired):
        watched(client)


def test_another_error_of_a_watch_is_raised(server: FaultyServer, client: Cluster) -> None:
    server.says(Reply(200, gone(504)))

    with pytest.raises(ClusterError, match="watch configmaps: the server ended it") as e:
        watched(client)

    assert not isinstance(e.value, ListExpired)


@pytest.mark.parametrize("ending", ["stop", "close"])
def test_a_silent_watch_can_be_stopped(server: FaultyServer, client: Cluster, ending: str) -> None:
    over, stop = threading.Event(), threading.Event()
    server.says(Reply(200, event("ADDED", "a"), linger=over))
    with ThreadPoolExecutor(1) as threads:
        watch = client.watch(CONFIG_MAPS, "7", stop=stop)
        assert next(watch).type == "ADDED"
        rest = threads.submit(list[Event], watch)
        began = time.monotonic()
        stop.set() if ending == "stop" else client.close()
        assert rest.result(timeout=5) == []

    assert time.monotonic() - began < 4
    over.set()


def test_watches_take_no_turns_from_requests(server: FaultyServer, connected: Any) -> None:
    over = threading.Event()
    client = connected(server.kubeconfig(), None, in_flight=1, deadline=1.0)
    server.says(
        Reply(200, event("ADDED", "a"), linger=over),
        Reply(200, event("ADDED", "a"), linger=over),
        Reply(body={"gitVersion": "v1"}),
    )
    watches = [client.watch(CONFIG_MAPS, "7") for _ in range(2)]
    assert [next(each).type for each in watches] == ["ADDED", "ADDED"]

    assert client.version() == "v1"

    over.set()
    for each in watches:
        each.close()


def config_map(cluster: ControlPlane, name: str, **labels: str) -> Mapping[str, Any]:
    meta = {"name": name, "namespace": cluster.namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "b"}}


def test_a_real_server_tells_what_happened_since_the_list(
    cluster: ControlPlane, real: Cluster
) -> None:
    (page,) = real.list(CONFIG_MAPS, cluster.namespace, selector="team=a")
    for name, team in (("one", "a"), ("two", "b"), ("three", "a")):
        real.apply(config_map(cluster, name, team=team))
    stop = threading.Event()
    watch = real.watch(CONFIG_MAPS, page.resource_version, "team=a", cluster.namespace, stop=stop)

    events = [next(watch), next(watch)]
    stop.set()

    assert list(watch) == []
    assert seen(events) == [("ADDED", "one"), ("ADDED", "three")]
    assert events[0].object["apiVersion"] == "v1"
    assert events[0].object["kind"] == "ConfigMap"
