"""What the client does when the server, or the way to it, is in trouble."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from sync.cluster import Cluster, ListExpired, connect
from sync.errors import ClusterError
from sync.objects import GroupKind, Key
from tests.sync.cluster.conftest import SOON
from tests.sync.cluster.faulty import Asked, FaultyServer, Reply

CONFIG_MAPS = GroupKind("", "ConfigMap")
KEY = Key("", "ConfigMap", "team-a", "settings")
SETTINGS = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "team-a"},
    "data": {"a": "b"},
}
PASSWORD = "aHVudGVyMg"  # noqa: S105  what must not be said
SECRET = {**SETTINGS, "kind": "Secret", "data": {"password": PASSWORD}}
FINE = Reply(body=SETTINGS)


def status(code: int, message: str = "", reason: str = "", **details: Any) -> Reply:
    body = {
        "kind": "Status",
        "status": "Failure",
        "code": code,
        "message": message,
        "reason": reason,
        "details": details,
    }
    return Reply(code, body)


def page(*names: str, more: str = "") -> Reply:
    items = [{"metadata": {"name": name}} for name in names]
    meta = {"resourceVersion": "7", "continue": more}
    return Reply(body={"kind": "ConfigMapList", "metadata": meta, "items": items})


def names(client: Cluster) -> list[str]:
    pages = client.list(CONFIG_MAPS, namespace="team-a")
    return [each["metadata"]["name"] for page in pages for each in page.items]


@pytest.mark.parametrize(
    "trouble",
    [
        status(500, "etcdserver: leader changed"),
        status(500, "something happened"),
        status(502),
        status(503),
        status(504),
        status(408),
        status(429),
        Reply(503, b"upstream connect error"),
        Reply(200, b"{}", cut=0),
        Reply(200, SETTINGS, cut=20),
        Reply(200, b'{"kind": "Conf'),
        Reply(200, b"<html>please log in</html>"),
        Reply(200, b"[]"),
    ],
    ids=lambda reply: f"{reply.status}-{reply.bytes[:40]!r}-{reply.cut}",
)
def test_what_may_pass_is_tried_again(
    server: FaultyServer, client: Cluster, trouble: Reply
) -> None:
    server.says(trouble, trouble, FINE)

    assert client.apply(SETTINGS) == SETTINGS
    assert len(server.asked) == 3


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 415, 422])
def test_what_will_not_pass_is_said_at_once(
    server: FaultyServer, client: Cluster, code: int
) -> None:
    server.says(status(code, "no", "Reason"))

    with pytest.raises(
        ClusterError, match=r"patch configmaps/settings in namespace team-a: no"
    ) as e:
        client.apply(SETTINGS)

    assert (e.value.status, e.value.reason, len(server.asked)) == (code, "Reason", 1)


@pytest.mark.parametrize(
    "message", ["failed calling webhook: etcd timeout", "error decoding from json"]
)
def test_a_500_that_may_be_for_ever_is_not_waited_for_so_long(
    server: FaultyServer, connected: Any, message: str
) -> None:
    client = connected(server.kubeconfig(), None, deadline=5)
    server.says(status(500, message))

    with pytest.raises(ClusterError) as e:
        client.apply(SETTINGS)

    assert (e.value.status, e.value.transient, len(server.asked)) == (500, True, 4)


def test_trouble_without_end_ends_at_the_deadline(server: FaultyServer, client: Cluster) -> None:
    server.says(status(503, "the store is away"))
    began = time.monotonic()

    with pytest.raises(ClusterError, match="the store is away") as e:
        client.apply(SETTINGS)

    assert e.value.status == 503
    assert e.value.transient
    assert 0.3 * SOON < time.monotonic() - began < SOON + 2


def test_a_server_that_says_nothing_is_given_up(server: FaultyServer, client: Cluster) -> None:
    over = threading.Event()
    server.says(Reply(200, b"{", linger=over))

    with pytest.raises(ClusterError, match="did not answer within") as e:
        client.get(KEY)

    over.set()
    assert e.value.status == 0
    assert e.value.transient


def test_a_server_that_takes_a_request_and_never_answers_is_given_up(
    server: FaultyServer, client: Cluster
) -> None:
    over = threading.Event()

    def never(_: Asked) -> Reply:
        over.wait(10)
        return FINE

    server.answers = never

    with pytest.raises(ClusterError, match="did not answer within"):
        client.get(KEY)
    over.set()


def test_nobody_there_is_said_with_the_address(server: FaultyServer, connected: Any) -> None:
    server.url = "http://127.0.0.1:9"
    client = connected(server.kubeconfig(), None, deadline=0.3)

    with pytest.raises(ClusterError, match=r"connection refused at http://127\.0\.0\.1:9"):
        client.get(KEY)


def test_a_throttling_server_makes_all_threads_wait(server: FaultyServer) -> None:
    refused_at: list[float] = []
    served_at: list[float] = []
    first = threading.Event()

    def answer(_: Asked) -> Reply:
        if not refused_at:
            refused_at.append(time.monotonic())
            first.set()
            return Reply(429, b"Too many requests", {"Retry-After": "1"})
        served_at.append(time.monotonic())
        return FINE

    server.answers = answer
    patient = connect(server.kubeconfig(), None, deadline=30)
    with closing(patient) as client, ThreadPoolExecutor(8) as threads:
        leader = threads.submit(client.apply, SETTINGS)
        first.wait(5)
        time.sleep(0.1)
        done = [leader, *(threads.submit(client.apply, SETTINGS) for _ in range(7))]
        assert [each.result() for each in done] == [SETTINGS] * 8

    assert len(served_at) == 8
    assert min(served_at) - refused_at[0] >= 0.9


def test_a_pause_longer_than_the_deadline_is_an_error_that_says_how_long(
    server: FaultyServer, client: Cluster
) -> None:
    server.says(Reply(429, b"Too many requests", {"Retry-After": "3600"}))
    began = time.monotonic()

    with pytest.raises(ClusterError) as e:
        client.get(KEY)

    assert (e.value.status, e.value.retry_after, len(server.asked)) == (429, 3600, 1)
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    "trouble", [Reply(201, SETTINGS, cut=5), status(500, "etcd"), status(503), status(504)]
)
def test_what_may_have_been_created_is_not_created_again(
    server: FaultyServer, client: Cluster, trouble: Reply
) -> None:
    server.says(trouble, FINE)

    with pytest.raises(ClusterError, match=r"create configmaps in namespace team-a: ") as e:
        client.create(SETTINGS)

    assert (e.value.transient, len(server.asked)) == (True, 1)


def test_a_creation_that_was_throttled_is_sent_again(server: FaultyServer, client: Cluster) -> None:
    server.says(status(429), FINE)

    assert client.create(SETTINGS) == SETTINGS


def test_a_redirect_is_not_followed(server: FaultyServer, client: Cluster) -> None:
    server.says(Reply(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"}))

    with pytest.raises(ClusterError, match="redirects elsewhere"):
        client.get(KEY)

    assert len(server.asked) == 1


def test_connections_that_the_server_closed_meanwhile_are_not_noticed(
    server: FaultyServer, client: Cluster
) -> None:
    server.answers = lambda _: Reply(body=SETTINGS, headers={"Connection": "close"})

    assert [client.get(KEY) for _ in range(5)] == [SETTINGS] * 5
    assert len(server.asked) == 5


def test_a_page_that_is_cut_is_read_again(server: FaultyServer, client: Cluster) -> None:
    whole = page("b")
    server.says(page("a", more="more"), Reply(200, whole.body, cut=30), whole)

    assert names(client) == ["a", "b"]
    assert [each.query.get("continue", "") for each in server.asked] == ["", "more", "more"]


def test_a_list_that_expired_on_the_way_never_looks_whole(
    server: FaultyServer, client: Cluster
) -> None:
    server.says(page("a", more="more"), status(410, "too old", "Expired"))
    seen: list[str] = []

    with pytest.raises(ListExpired) as e:
        seen.extend(names(client))

    assert seen == []
    assert e.value.status == 410


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "ConfigMapList", "items": []},
        {"kind": "ConfigMapList", "metadata": {}},
        {"kind": "ConfigMapList", "metadata": None, "items": []},
        {"kind": "ConfigMapList", "metadata": {}, "items": {}},
        {"kind": "ConfigMapList", "metadata": {}, "items": ["a"]},
        {"kind": "ConfigMapList", "metadata": {}, "items": [{}]},
        {"kind": "Status", "metadata": {}, "items": []},
    ],
    ids=json.dumps,
)
def test_an_answer_that_is_no_list_is_no_empty_list(
    server: FaultyServer, client: Cluster, body: Any
) -> None:
    server.says(Reply(body=body))

    with pytest.raises(ClusterError, match="nothing is concluded"):
        names(client)


def test_a_404_of_something_else_than_an_api_server_is_no_absence(
    server: FaultyServer, client: Cluster
) -> None:
    server.says(Reply(404, b"<html>nginx</html>"))

    with pytest.raises(ClusterError, match="is it an API server"):
        client.get(KEY)


def test_the_first_requests_of_a_kind_share_one_discovery(
    server: FaultyServer, client: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    discovered: list[str] = []
    answer = server.answer

    def counted(asked: Asked) -> Reply:
        discovered.append(asked.path)
        return answer(asked)

    monkeypatch.setattr(server, "answer", counted)
    server.says(FINE)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(client.get, [KEY] * 8)) == [SETTINGS] * 8

    assert discovered.count("/api/v1") == 1


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (422, f'Secret "x" is invalid: data[a]: Invalid value: "{PASSWORD}": no'),
        (500, f"cannot be handled as a Secret: |{PASSWORD}|"),
        (403, f"quota {PASSWORD} exceeded"),
    ],
)
def test_of_secrets_only_reasons_and_fields_are_said(
    server: FaultyServer, client: Cluster, code: int, answer: str
) -> None:
    cause = {"reason": "FieldValueInvalid", "field": "data[a]", "message": f"bad {PASSWORD}"}
    server.says(status(code, answer, "Invalid", causes=[cause]))

    with pytest.raises(ClusterError) as e:
        client.apply(SECRET)

    assert PASSWORD not in f"{e.value} {e.value.causes} {e.value.message}"
    assert str(e.value) == "patch secrets/settings in namespace team-a: Invalid (data[a])"


def test_who_holds_a_field_of_a_secret_is_said(server: FaultyServer, client: Cluster) -> None:
    cause = {
        "reason": "FieldManagerConflict",
        "field": ".data.password",
        "message": 'conflict with "kubectl" using v1',
    }
    server.says(status(409, "Apply failed", "Conflict", causes=[cause]))

    with pytest.raises(ClusterError, match=r"Conflict \(\.data\.password\)") as e:
        client.apply(SECRET)

    assert e.value.causes[0].message == 'conflict with "kubectl" using v1'


@pytest.mark.parametrize(
    "dump",
    [
        f'Invalid value: map[string]string{{"a":"{PASSWORD}"}}',
        f'Forbidden: only image may change\ncore.PodSpec{{\n Env: "{PASSWORD}"',
        f'cannot be handled as a ConfigMap: error found in #10 byte of ...|"{PASSWORD}"|...',
        f'unable to decode {{"data":{{"a":"{PASSWORD}"}}}}',
    ],
)
def test_what_was_sent_is_not_said(server: FaultyServer, client: Cluster, dump: str) -> None:
    server.says(status(422, f"spec: {dump}", "Invalid"))

    with pytest.raises(ClusterError, match=r"spec: .*\(values not shown\)") as e:
        client.apply(SETTINGS)

    assert PASSWORD not in str(e.value)
    assert "\n" not in str(e.value)


def test_a_closed_client_gives_up_at_once(server: FaultyServer, client: Cluster) -> None:
    server.says(Reply(503, b"", {"Retry-After": "2"}))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.get, KEY)
        time.sleep(0.3)
        began = time.monotonic()
        client.close()
        with pytest.raises(ClusterError):
            waiting.result()

    assert time.monotonic() - began < 1.2
    with pytest.raises(ClusterError, match="stopping"):
        client.get(KEY)
