"""The proxy passes everything on, and fails as it was told, as often as it was told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from urllib.parse import urlsplit

import pytest
from controlplane import credentials, faults
from controlplane.cluster import Cluster, KubectlError
from controlplane.faults import Fault, Proxy

NOWHERE = "/api/v1/namespaces/default/configmaps/none"


def everything(_method: str, _path: str) -> bool:
    return True


def writes(method: str, _path: str) -> bool:
    return method in {"POST", "PATCH"}


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    with faults.faults(cluster.kubeconfig) as proxy:
        yield proxy


def connected(proxy: Proxy) -> HTTPConnection:
    config = json.loads(proxy.kubeconfig.read_text())
    netloc = urlsplit(config["clusters"][0]["cluster"]["server"]).netloc
    return HTTPConnection(netloc, timeout=20)


def asked(proxy: Proxy, path: str, method: str = "GET", body: str = "") -> HTTPResponse:
    client = connected(proxy)
    try:
        client.request(method, path, body or None, {"Content-Type": "application/json"})
        answer = client.getresponse()
        answer.read()
        return answer
    finally:
        client.close()


def created(cluster: Cluster, proxy: Proxy, name: str) -> HTTPResponse:
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    return asked(proxy, path, "POST", json.dumps(body))


def test_without_faults_kubectl_does_not_notice(cluster: Cluster, proxy: Proxy) -> None:
    assert created(cluster, proxy, "a").status == 201
    through = cluster.using(proxy.kubeconfig)
    assert through.get("configmap", "a") == cluster.get("configmap", "a")
    through.kubectl("delete", "configmap", "a")
    assert cluster.get("configmap", "a") is None


def test_who_asks_with_tls_is_served_with_tls(cluster: Cluster) -> None:
    with faults.faults(cluster.kubeconfig, tls=True) as proxy:
        through = cluster.using(proxy.kubeconfig)
        assert through.get("namespace", cluster.namespace) is not None
        assert proxy.seen() > 0


def test_one_who_shows_a_certificate_is_who_they_are_behind_the_proxy(cluster: Cluster) -> None:
    with faults.faults(cluster.as_user("alice")) as proxy:
        through = cluster.using(proxy.kubeconfig)
        with pytest.raises(KubectlError, match='User "alice" cannot'):
            through.kubectl("get", "nodes")


def test_a_token_that_the_client_shows_is_passed_on(cluster: Cluster, proxy: Proxy) -> None:
    _, agent = credentials.read(cluster.program, cluster.as_service_account("agent"))
    client = connected(proxy)
    for token, status in ((agent["token"], 403), ("of nobody", 401)):
        client.request("GET", "/api/v1/nodes", headers={"authorization": f"Bearer {token}"})
        answer = client.getresponse()
        answer.read()
        assert answer.status == status
    client.close()


def test_a_watch_passes_event_by_event(cluster: Cluster, proxy: Proxy) -> None:
    client = connected(proxy)
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps?watch=true"
    client.request("GET", path + "&fieldSelector=metadata.name%3Da")
    answer = client.getresponse()
    cluster.kubectl("create", "configmap", "a")
    assert json.loads(answer.readline())["type"] == "ADDED"
    cluster.kubectl("delete", "configmap", "a")
    assert json.loads(answer.readline())["type"] == "DELETED"
    client.close()


def test_an_open_watch_does_not_delay_the_end(cluster: Cluster) -> None:
    threads = threading.active_count()
    with faults.faults(cluster.kubeconfig) as proxy:
        client = connected(proxy)
        client.request("GET", "/api/v1/configmaps?watch=true")
        answer = client.getresponse()
        assert threading.active_count() > threads
        began = time.monotonic()
    assert time.monotonic() - began < 10
    assert threading.active_count() == threads
    answer.close()
    client.close()


def test_a_throttled_request_is_told_when_to_come_again(cluster: Cluster, proxy: Proxy) -> None:
    proxy.add(writes, faults.status(429, retry_after=7))
    answer = created(cluster, proxy, "a")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "7"
    assert cluster.get("configmap", "a") is None


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (faults.status(500), 500, ""),
        (faults.status(503), 503, ""),
        (faults.status(410), 410, "Expired"),
        (faults.forbid, 403, "Forbidden"),
    ],
)
def test_a_status_is_told_as_the_api_server_does(
    proxy: Proxy, fault: Fault, status: int, reason: str
) -> None:
    proxy.add(everything, fault)
    client = connected(proxy)
    client.request("GET", NOWHERE)
    answer = client.getresponse()
    said = json.loads(answer.read())
    client.close()
    assert (answer.status, said["kind"], said["code"]) == (status, "Status", status)
    assert said["reason"] == reason


def test_garbage_looks_fine_until_it_is_read(proxy: Proxy) -> None:
    proxy.add(everything, faults.garbage)
    client = connected(proxy)
    client.request("GET", NOWHERE)
    answer = client.getresponse()
    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.read())
    client.close()


@pytest.mark.parametrize("path", ["/api/v1", "/version"])  # long, in chunks; and short
@pytest.mark.parametrize(("size", "got"), [(0, 0), (50, 50), (10_000_000, None)])
def test_a_cut_answer_never_looks_whole(
    proxy: Proxy, path: str, size: int, got: int | None
) -> None:
    whole = len(raw(proxy, path))
    proxy.add(everything, faults.cut_after(size))
    with pytest.raises(IncompleteRead) as cut:
        raw(proxy, path)
    assert len(cut.value.partial) == (whole if got is None else got)


def raw(proxy: Proxy, path: str) -> bytes:
    client = connected(proxy)
    try:
        client.request("GET", path)
        return client.getresponse().read()
    finally:
        client.close()


@pytest.mark.parametrize(("fault", "done"), [(faults.cut_before, True), (faults.refuse, False)])
def test_an_answer_that_is_lost_may_be_of_what_was_done(
    cluster: Cluster, proxy: Proxy, fault: Fault, *, done: bool
) -> None:
    proxy.add(writes, fault)
    with pytest.raises(ConnectionError):
        created(cluster, proxy, "a")
    assert (cluster.get("configmap", "a") is not None) == done


def test_a_slow_answer_comes(proxy: Proxy) -> None:
    proxy.add(everything, faults.delay(0.5))
    began = time.monotonic()
    assert asked(proxy, "/api/v1").status == 200
    assert time.monotonic() - began >= 0.5


def test_a_slow_answer_may_be_another_fault(proxy: Proxy) -> None:
    proxy.add(everything, faults.delay(0.1, then=faults.status(504)))
    assert asked(proxy, "/api/v1").status == 504


def test_a_fault_happens_as_often_as_it_was_told_and_the_next_one_follows(proxy: Proxy) -> None:
    proxy.add(everything, faults.status(500), times=2)
    proxy.add(everything, faults.status(503), times=1)
    assert [asked(proxy, "/api/v1").status for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_meets_only_what_it_matches(proxy: Proxy) -> None:
    proxy.add(lambda method, path: method == "GET" and "limit=1" in path, faults.status(500))
    assert asked(proxy, "/api/v1/namespaces?limit=2").status == 200
    assert asked(proxy, "/api/v1/namespaces?limit=1").status == 500
    proxy.clear()
    assert asked(proxy, "/api/v1/namespaces?limit=1").status == 200


def test_what_came_in_is_counted_whatever_became_of_it(proxy: Proxy) -> None:
    proxy.add(everything, faults.refuse, times=1)
    with pytest.raises(ConnectionError):
        asked(proxy, "/api/v1")
    asked(proxy, "/version")
    assert proxy.requests == (("GET", "/api/v1"), ("GET", "/version"))
    assert proxy.seen() == 2
    assert proxy.seen(lambda _, path: path == "/version") == 1


def test_a_request_in_chunks_is_passed_on(cluster: Cluster, proxy: Proxy) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    pieces = iter([json.dumps(body)[:10].encode(), json.dumps(body)[10:].encode()])
    client = connected(proxy)
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    client.request("POST", path, pieces, {"Content-Type": "application/json"})
    assert client.getresponse().status == 201
    client.close()


def test_many_ask_at_once(proxy: Proxy) -> None:
    proxy.add(everything, faults.status(500), times=40)
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(asked(proxy, "/version").status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(statuses) == [200] * 120 + [500] * 40
    assert proxy.seen() == 160


def test_nobody_listens_when_it_is_over(cluster: Cluster) -> None:
    with faults.faults(cluster.kubeconfig) as proxy:
        client = connected(proxy)
    with socket.socket() as other:
        assert other.connect_ex((client.host, client.port)) != 0
