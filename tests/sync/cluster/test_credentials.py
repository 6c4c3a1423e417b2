"""Who we are: kubeconfigs as kubectl reads them, plugins, and credentials that wear out."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.cluster import Cluster, connect
from sync.errors import ClusterError, UsageError
from sync.objects import Key
from tests.sync.cluster.faulty import Asked, FaultyServer, Reply

KEY = Key("", "ConfigMap", "team-a", "settings")
FINE = Reply(body={"metadata": {"name": "settings"}})
UNAUTHORIZED = Reply(401, {"kind": "Status", "reason": "Unauthorized", "message": "Unauthorized"})
IN_POD = "kubernetes.config.incluster_config.SERVICE_{}_FILENAME"


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)


def only(token: str, server: FaultyServer) -> None:
    """The server believes this token and no other."""

    def answer(asked: Asked) -> Reply:
        return FINE if asked.headers.get("Authorization") == f"Bearer {token}" else UNAUTHORIZED

    server.answers = answer


def shown(server: FaultyServer) -> list[str | None]:
    return [each.headers.get("Authorization") for each in server.asked]


def plugin(folder: Path, script: str) -> Mapping[str, Any]:
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(stat.S_IRWXU)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(path), "interactiveMode": "Never"}}


def credential(**status: Any) -> str:
    version = "client.authentication.k8s.io/v1"
    found = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"echo '{json.dumps(found)}'"


def config(folder: Path, name: str, context: str, url: str, token: str) -> str:
    found = {
        "clusters": [{"name": context, "cluster": {"server": url}}],
        "users": [{"name": context, "user": {"token": token}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }
    path = folder / name
    path.write_text(json.dumps(found))
    return str(path)


def test_a_rewritten_token_file_is_read_after_a_refusal(
    server: FaultyServer, tmp_path: Path, connected: Any
) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    client = connected(server.kubeconfig({"tokenFile": str(token)}), None, deadline=1)
    only("new", server)
    token.write_text("new\n")

    assert client.get(KEY) == FINE.body
    assert shown(server) == ["Bearer old", "Bearer new"]


def test_credentials_that_stay_refused_are_said_in_words(
    server: FaultyServer, client: Cluster
) -> None:
    only("another", server)

    with pytest.raises(ClusterError, match="credentials of context test were refused by") as e:
        client.get(KEY)

    assert "log in again" in str(e.value)
    assert "letmein" not in str(e.value)
    assert (e.value.status, len(server.asked)) == (401, 2)


def test_a_token_is_read_anew_without_a_refusal_when_it_is_old(
    server: FaultyServer, tmp_path: Path, connected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.cluster.kubeconfig.TOKEN_FILES_READ_EVERY", 0.0)
    token = tmp_path / "token"
    token.write_text("old")
    client = connected(server.kubeconfig({"tokenFile": str(token)}), None, deadline=1)
    only("new", server)
    token.write_text("new")

    assert client.get(KEY) == FINE.body
    assert shown(server) == ["Bearer new"]


def test_an_old_token_serves_while_the_new_one_cannot_be_read(
    server: FaultyServer, tmp_path: Path, connected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.cluster.kubeconfig.TOKEN_FILES_READ_EVERY", 0.0)
    token = tmp_path / "token"
    token.write_text("good")
    client = connected(server.kubeconfig({"tokenFile": str(token)}), None, deadline=1)
    only("good", server)
    token.unlink()

    assert client.get(KEY) == FINE.body


def test_a_plugin_logs_in_and_is_run_again_after_a_refusal(
    server: FaultyServer, tmp_path: Path, connected: Any
) -> None:
    printed = credential(token="NUMBER").replace("NUMBER", "'$(wc -l < runs)'")  # noqa: S106
    user = plugin(tmp_path, f"cd {tmp_path}; echo >> runs; {printed}")
    client = connected(server.kubeconfig(user), None, deadline=1)
    only("2", server)

    assert client.get(KEY) == FINE.body
    assert shown(server) == ["Bearer 1", "Bearer 2"]


def test_a_plugin_is_run_again_when_what_it_printed_expires(
    server: FaultyServer, tmp_path: Path, connected: Any
) -> None:
    printed = credential(token="NUMBER", expirationTimestamp="2020-01-01T00:00:00Z")  # noqa: S106
    printed = printed.replace("NUMBER", "'$(wc -l < runs)'")
    user = plugin(tmp_path, f"cd {tmp_path}; echo >> runs; {printed}")
    client = connected(server.kubeconfig(user), None, deadline=1)
    server.says(FINE)

    client.get(KEY)

    assert shown(server) != ["Bearer 1"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo go and log in >&2; exit 3", "plugin .* failed: .*go and log in"),
        ("echo nonsense", "plugin .* failed"),
        (credential(), "printed neither a token nor a certificate"),
        (credential(token="s3cret", expirationTimestamp="soon"), "incomplete"),  # noqa: S106
    ],
)
def test_a_plugin_that_fails_is_said(
    server: FaultyServer, tmp_path: Path, script: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as e:
        connect(server.kubeconfig(plugin(tmp_path, script)), None)

    assert "s3cret" not in str(e.value)


def test_a_plugin_that_is_not_there_is_said(server: FaultyServer, tmp_path: Path) -> None:
    user = plugin(tmp_path, "")
    (tmp_path / "plugin").unlink()

    with pytest.raises(UsageError, match="plugin cannot be run: No such file"):
        connect(server.kubeconfig(user), None)


def test_a_kubeconfig_that_moved_to_another_server_is_not_followed(
    server: FaultyServer, client: Cluster
) -> None:
    only("another", server)
    server.url = "http://127.0.0.1:9"
    server.kubeconfig({"token": "another"})

    with pytest.raises(ClusterError, match="now names another server"):
        client.get(KEY)


def test_the_first_of_several_kubeconfigs_says_which_context(
    server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connected: Any
) -> None:
    files = [
        str(tmp_path / "missing"),
        config(tmp_path, "one", "first", server.url, "one"),
        config(tmp_path, "two", "second", server.url, "two"),
    ]
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(files))
    server.says(FINE)

    for context in (None, "second"):
        connected(None, context).get(KEY)

    assert shown(server) == ["Bearer one", "Bearer two"]


def test_without_anything_else_the_kubeconfig_at_home_is_read(
    server: FaultyServer, tmp_path: Path, connected: Any
) -> None:
    folder = tmp_path / "nobody" / ".kube"
    folder.mkdir(parents=True)
    config(folder, "config", "home", server.url, "home")
    server.says(FINE)

    connected(None, None).get(KEY)

    assert shown(server) == ["Bearer home"]


def test_in_a_pod_its_service_account_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("pod")
    (tmp_path / "ca.crt").write_text("no certificate")
    monkeypatch.setattr(IN_POD.format("TOKEN"), str(tmp_path / "token"))
    monkeypatch.setattr(IN_POD.format("CERT"), str(tmp_path / "ca.crt"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    from sync.cluster import kubeconfig

    found = kubeconfig.load(None, None)

    assert found.endpoint.server == "https://10.0.0.1:443"
    assert found.headers == {"Authorization": "bearer pod"}
    assert found.endpoint.tls is not None
    assert found.endpoint.tls.authorities == b"no certificate"
    with pytest.raises(UsageError, match="not PEM"):
        connect(None, None)
    with pytest.raises(UsageError, match="no kubeconfig with a context 'x'"):
        connect(None, "x")


def test_impersonation_is_honoured(server: FaultyServer, connected: Any) -> None:
    server.says(FINE)

    connected(server.kubeconfig({"token": "t", "as": "alice"}), None).get(KEY)

    assert server.asked[0].headers["Impersonate-User"] == "alice"


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": "s3cret", "as": ""}, "impersonates a user without saying whom"),
        ({"token": "s3cret", "as": None}, "impersonates a user without saying whom"),
        ({"token": "s3cret", "as-uid": "1"}, "impersonates a user without saying whom"),
        ({"token": "s3cret", "as": "a", "as-groups": ["b"]}, "as-groups"),
        ({"token": "s3cret\nX: y"}, "not one line of plain characters"),
        ({"tokenFile": "missing"}, "No such file"),
    ],
)
def test_users_that_cannot_be_are_refused(
    server: FaultyServer, user: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as e:
        connect(server.kubeconfig(user), None)

    assert "s3cret" not in str(e.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as YAML"),
        ("", "cannot be read as YAML"),
        ("[]", "shape"),
        ('{"contexts": [], "clusters": [], "users": []}', "no current-context: .*it has: none"),
        (
            '{"contexts": [{"name": "a", "context": {"cluster": "b"}}], "current-context": "a"}',
            "context a: its cluster or its user is incomplete",
        ),
        ('{"users": [{"user": {"token": "s3cret"}}]}', "."),
    ],
)
def test_files_that_are_no_kubeconfigs_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)

    with pytest.raises(UsageError, match=said) as e:
        connect(str(path), None)

    assert "s3cret" not in str(e.value)


def test_a_cluster_that_is_not_named_is_asked_for(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="which cluster"):
        connect(None, None)
    with pytest.raises(UsageError, match="there is no kubeconfig /nowhere"):
        connect("/nowhere", None)
    with pytest.raises(UsageError, match="no context 'prod'; it has: test"):
        connect(server.kubeconfig(), "prod")
    monkeypatch.setenv("KUBECONFIG", "/nowhere:/neither")
    with pytest.raises(UsageError, match="KUBECONFIG names no file that exists"):
        connect(None, None)


@pytest.mark.parametrize("proxy", ["socks5://user:s3cret@host:1", "https://host", "http://[s3cret"])
def test_proxies_that_are_not_understood_are_refused(server: FaultyServer, proxy: str) -> None:
    with pytest.raises(UsageError, match="proxy") as e:
        connect(server.kubeconfig(None, **{"proxy-url": proxy}), None)

    assert "s3cret" not in str(e.value)
