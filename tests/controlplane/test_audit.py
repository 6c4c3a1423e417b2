"""The audit log tells who asked for what, and tells the askers on one server apart."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from controlplane import credentials
from controlplane.audit import Asker, Recording, events
from controlplane.cluster import Cluster, KubectlError


def ask(cluster: Cluster, path: str, user_agent: str) -> None:
    """One GET under a user agent of our choice."""
    config = json.loads(cluster.kubeconfig.read_text())
    where, who = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cafile=where["certificate-authority"])
    client = HTTPSConnection(urlsplit(where["server"]).netloc, context=context, timeout=10)
    headers = {"User-Agent": user_agent, "Authorization": f"Bearer {who['token']}"}
    client.request("GET", path, headers=headers)
    client.getresponse().read()
    client.close()


def config_map(name: str) -> str:
    metadata = {"name": name}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


def test_a_write_is_told_from_a_read_and_from_a_dry_run(cluster: Cluster) -> None:
    with cluster.recording("kubectl") as record:
        cluster.get("configmap", "a")
        assert record.writes() == []
        cluster.apply(config_map("a"), "--dry-run=server")
        assert record.writes() == []
        cluster.apply(config_map("a"))
        cluster.kubectl("delete", "configmap", "a")

    assert [(each.verb, each.code) for each in record.writes()] == [("patch", 201), ("delete", 200)]
    assert [each.verb for each in record.dry_runs()] == ["patch"]
    assert "get" in {each.verb for each in record.requests()}
    assert all(cluster.namespace in each.uri for each in record.requests())
    assert {each.user for each in record.requests()} == {"admin"}


def test_what_is_asked_outside_is_not_recorded(cluster: Cluster) -> None:
    cluster.apply(config_map("before"))
    with cluster.recording("kubectl") as record:
        cluster.apply(config_map("inside"))
    cluster.apply(config_map("after"))

    (write,) = record.writes()
    assert "/configmaps/inside" in write.uri


def test_a_request_is_in_the_log_as_soon_as_it_is_answered(cluster: Cluster) -> None:
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    with cluster.recording("probe") as record:
        for count in range(1, 51):
            ask(cluster, path, "probe/1")
            assert len(record.requests()) == count


def test_askers_are_told_apart_by_the_beginning_of_the_user_agent_and_a_tag_in_it(
    cluster: Cluster,
) -> None:
    with (
        cluster.recording("octavo", tag="<round 7>") as seventh,
        cluster.recording("octavo", tag="<round 8>") as eighth,
    ):
        ask(cluster, "/api/v1/namespaces?limit=1", "octavo/v1 <round 7>")
        ask(cluster, "/api/v1/namespaces?limit=2", "octavo/v1 <round 8>")
        ask(cluster, "/api/v1/namespaces?limit=3", "somebody octavo/v1 <round 7>")
        ask(cluster, "/api/v1/namespaces?limit=4&of=<round%207>", "octavo/v1")

    assert [each.uri for each in seventh.requests()] == ["/api/v1/namespaces?limit=1"]
    assert [each.uri for each in eighth.requests()] == ["/api/v1/namespaces?limit=2"]


def test_without_a_tag_only_the_tests_own_namespace_counts(cluster: Cluster) -> None:
    with cluster.recording("reader") as record:
        ask(cluster, f"/api/v1/namespaces/{cluster.namespace}/secrets", "reader/1")
        ask(cluster, "/api/v1/namespaces/default/secrets", "reader/1")
        ask(cluster, "/api/v1/secrets?limit=1", "reader/1")

    assert [each.uri.split("/")[4] for each in record.requests()] == [cluster.namespace]


def test_a_user_is_recorded_everywhere(cluster: Cluster) -> None:
    kubeconfig = cluster.as_service_account("agent")
    name = f"system:serviceaccount:{cluster.namespace}:agent"
    with (
        cluster.recording(user=name) as record,
        pytest.raises(KubectlError, match="forbidden"),
    ):
        cluster.using(kubeconfig).kubectl("get", "secrets", "--namespace=default")

    (request,) = [each for each in record.requests() if "secrets" in each.uri]
    assert (request.verb, request.code, request.user) == ("list", 403, name)


def test_a_watch_is_one_request(cluster: Cluster) -> None:
    with cluster.recording("kubectl") as record:
        cluster.apply(config_map("a"))
        words = ("get", "configmap", "a", "--watch", "--request-timeout=1s")
        cluster.kubectl(*words)
        watches = [each for each in record.requests() if each.verb == "watch"]

    assert len(watches) == 1


def test_the_raw_events_can_be_read_from_a_position_on(cluster: Cluster) -> None:
    cluster.apply(config_map("before"))
    since = cluster.audit_position()
    cluster.apply(config_map("after"))

    found = cluster.audit("kubectl", since, namespace=cluster.namespace)

    assert {event["objectRef"]["name"] for event in found if event["verb"] == "patch"} == {"after"}
    assert all("requestObject" not in event for event in found)


def test_a_line_that_is_half_written_is_not_read(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    event = {"auditID": "1", "verb": "get", "requestURI": "/api", "user": {"username": "a"}}
    log.write_text(json.dumps(event) + "\n" + json.dumps(event)[:20])

    assert list(events(log, Asker())) == [event]


def test_a_recording_that_has_stopped_reads_no_further(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    event = {"auditID": "1", "verb": "create", "requestURI": "/api", "user": {}}
    log.touch()
    recording = Recording(log, Asker())
    recording.stop()
    log.write_text(json.dumps(event) + "\n")

    assert recording.requests() == []


def test_the_kubeconfig_of_the_admin_names_no_files_that_kubectl_cannot_read(
    cluster: Cluster,
) -> None:
    where, who = credentials.read(cluster.program, cluster.kubeconfig)
    assert where["certificate-authority-data"]
    assert who["token"]
