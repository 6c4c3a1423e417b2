"""What profiles read of a cluster, on a real API server: whole, in order, or not at all."""

from __future__ import annotations

import base64
import json
import logging
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controlplane import faults
from controlplane.cluster import Cluster as Server
from controlplane.faults import Proxy

from renderer.errors import InputError
from renderer.singleuser.cluster import Cluster
from renderer.singleuser.server import ClusterError
from renderer.singleuser.server import Server as Door
from tests.singleuser.places import as_pod, config_map, secret

NAME, KEY = "jupyter-singleuser-profiles", "jupyterhub-singleuser-profiles.yaml"
KUBECONFIG = """
{"apiVersion": "v1", "kind": "Config", "current-context": "x",
 "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
 "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:1"}}],
 "users": [{"name": "x", "user": {"token": "s3cret"}}]}
"""
OURS = {"jupyterhub.opendatahub.io/user": "profile"}
OLD = {"jupyterhub": "singleuser-profiles"}
READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [configmaps], verbs: [get, list]}
"""


@pytest.fixture
def asked(cluster: Server, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    return Cluster(cluster.namespace)


@pytest.fixture
def proxy(cluster: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with faults.faults(cluster.kubeconfig) as proxy:
        monkeypatch.setenv("KUBECONFIG", str(proxy.kubeconfig))
        yield proxy


def failed(cluster: Cluster) -> str:
    with pytest.raises(ClusterError) as failure:
        cluster.config_maps(NAME, KEY)
    return str(failure.value)


def test_the_named_config_map_comes_first_and_labelled_ones_by_name(
    cluster: Server, asked: Cluster
) -> None:
    cluster.apply(config_map("b", {KEY: "of b"}, labels=OURS))
    cluster.apply(config_map("a", {KEY: "of a"}, labels=OLD))
    cluster.apply(config_map("c", {KEY: "of c"}, labels={**OURS, **OLD}))
    cluster.apply(config_map("not-labelled", {KEY: "of others"}))
    cluster.apply(config_map(NAME, {KEY: "named"}, labels=OURS))

    found = asked.config_maps(NAME, KEY)

    assert found == [(NAME, "named"), ("a", "of a"), ("b", "of b"), ("c", "of c")]
    assert asked.config_maps("b", KEY)[0] == ("b", "of b")


def test_what_changes_is_there_when_it_is_asked_for_again(cluster: Server, asked: Cluster) -> None:
    cluster.apply(config_map(NAME, {KEY: "before"}))
    assert asked.config_maps(NAME, KEY) == [(NAME, "before")]
    cluster.apply(config_map(NAME, {KEY: "after"}))
    assert asked.config_maps(NAME, KEY) == [(NAME, "after")]


def test_a_missing_config_map_is_a_warning_and_the_others_are_read(
    cluster: Server, asked: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.apply(config_map("a", {KEY: "of a"}, labels=OURS))
    assert asked.config_maps(NAME, KEY) == [("a", "of a")]
    (said,) = [each for each in caplog.records if each.name.startswith("renderer")]
    words = f'there is no ConfigMap "{NAME}" in the namespace "{cluster.namespace}"'
    assert (said.levelno, said.getMessage()) == (logging.WARNING, words)


def test_a_config_map_without_the_key_says_which_it_has(cluster: Server, asked: Cluster) -> None:
    cluster.apply(config_map(NAME, {"b": "", "a": ""}))
    words = f'the ConfigMap "{NAME}" in the namespace "{cluster.namespace}" has no key "{KEY}"'
    assert failed(asked) == f"{words}: it has a, b"
    cluster.kubectl("create", "configmap", "empty")
    with pytest.raises(ClusterError, match="it is empty"):
        asked.config_maps("empty", KEY)


def test_what_is_forbidden_is_an_error_and_no_empty_configuration(
    cluster: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.as_service_account("hub")))
    said = failed(Cluster(cluster.namespace))
    task = f'reading the ConfigMap "{NAME}" in the namespace "{cluster.namespace}"'
    assert said.startswith(f"{task}: the server answers 403 Forbidden: ")
    assert f'User "system:serviceaccount:{cluster.namespace}:hub" cannot get' in said


@pytest.mark.parametrize("path", [f"/configmaps/{NAME}", "labelSelector=", "singleuser-profiles"])
@pytest.mark.parametrize("status", [401, 403, 410, 500, 503])
def test_a_failure_of_any_request_is_an_error(
    cluster: Server, proxy: Proxy, path: str, status: int
) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    proxy.add(lambda _, asked: path in asked, faults.status(status))
    said = failed(Cluster(cluster.namespace))
    assert f"the server answers {status} " in said
    assert "a fault, on purpose" in said
    assert f'in the namespace "{cluster.namespace}"' in said


def test_a_passing_fault_is_lived_with(cluster: Server, proxy: Proxy) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    proxy.add(lambda *_: True, faults.refuse, times=1)
    proxy.add(lambda *_: True, faults.status(429, retry_after=1), times=1)
    assert Cluster(cluster.namespace).config_maps(NAME, KEY) == [(NAME, "named")]


def test_a_server_that_asks_for_patience_all_the_time_is_quoted(
    cluster: Server, proxy: Proxy
) -> None:
    proxy.add(lambda *_: True, faults.status(429, retry_after=0))
    said = failed(Cluster(cluster.namespace))
    assert said.endswith("the server answers 429 a fault, on purpose")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.refuse, "has not answered: "),
        (faults.cut_after(20), "has not answered: "),
        (faults.garbage, "the answer is no JSON object"),
    ],
)
def test_a_broken_connection_is_an_error_in_words(
    cluster: Server, proxy: Proxy, fault: faults.Fault, words: str
) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    proxy.add(lambda *_: True, fault)
    said = failed(Cluster(cluster.namespace))
    assert said.startswith(f'reading the ConfigMap "{NAME}" in the namespace')
    assert words in said


def test_a_server_that_is_slow_is_not_waited_for_for_ever(
    cluster: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderer.singleuser.server._ANSWER", 0.2)
    proxy.add(lambda *_: True, faults.delay(3))
    assert "Read timed out" in failed(Cluster(cluster.namespace))


def test_a_list_without_items_is_no_empty_list(cluster: Server, proxy: Proxy) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    proxy.add(lambda _, path: "labelSelector" in path, faults.status(200))
    assert failed(Cluster(cluster.namespace)).endswith("the answer is no list")


def test_a_template_is_a_text_or_is_not_there(cluster: Server, asked: Cluster) -> None:
    cluster.apply(config_map("templates", {"spark": "kind: A"}))
    assert asked.template("templates", "spark") == "kind: A"
    assert asked.template("templates", "other") is None
    assert asked.template("other", "spark") is None
    assert asked.template("../secrets/x", "spark") is None


def test_where_there_is_no_openshift_there_are_no_images(asked: Cluster) -> None:
    assert asked.image_streams() == []
    assert asked.builds() == []


def test_images_that_may_not_be_listed_are_an_error(cluster: Server, proxy: Proxy) -> None:
    proxy.add(lambda _, path: "openshift.io" in path, faults.forbid)
    with pytest.raises(ClusterError, match="listing the imagestreams labelled opendatahub"):
        Cluster(cluster.namespace).image_streams()
    with pytest.raises(ClusterError, match="403 Forbidden"):
        Cluster(cluster.namespace).builds()


OWN = "jupyterhub-singleuser-profile-vpavlin-40redhat-2ecom"
USER = "vpavlin@redhat.com"


def reference(kind: str, key: str) -> dict[str, Any]:
    return {"name": key, "valueFrom": {kind: {"name": f"{OWN}-envs", "key": key}}}


def test_a_user_s_own_settings_are_read_where_notebooks_run(
    cluster: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    cluster.apply(config_map(OWN, {"profile": "last_selected_size: Small\ngpu: '1'\n"}))
    cluster.apply(config_map(f"{OWN}-envs", {"B": "b", "A": "a"}))
    cluster.apply(secret(f"{OWN}-envs", {"TOKEN": "of value"}))

    found = Cluster("default", notebook_namespace=cluster.namespace).user_profile(USER)

    assert found == {
        "name": "@singleuser@",
        "last_selected_size": "Small",
        "gpu": "1",
        "env": [
            reference("configMapKeyRef", "A"),
            reference("configMapKeyRef", "B"),
            reference("secretKeyRef", "TOKEN"),
        ],
    }
    assert Cluster(cluster.namespace).user_profile(USER) == found
    assert Cluster("default").user_profile(USER) is None


@pytest.mark.parametrize("env", ["env: {A: 1}", "env:\n- {name: A, value: 1}"])
def test_settings_of_old_hold_their_variables(cluster: Server, asked: Cluster, env: str) -> None:
    cluster.apply(config_map(OWN, {"profile": f"name: mine\n{env}"}))
    assert asked.user_profile(USER) == {"name": "mine", "env": [{"name": "A", "value": 1}]}


def test_settings_without_anything_in_them_are_settings(cluster: Server, asked: Cluster) -> None:
    cluster.apply(config_map(OWN, {"profile": ""}))
    assert asked.user_profile(USER) == {"name": "@singleuser@", "env": []}


def test_settings_that_are_no_mapping_are_said_in_words(cluster: Server, asked: Cluster) -> None:
    cluster.apply(config_map(OWN, {"profile": "- a"}))
    with pytest.raises(ClusterError, match=f'"profile" of the ConfigMap "{OWN}".* no mapping'):
        asked.user_profile(USER)
    cluster.apply(config_map(OWN, {"profile": "a: 1\nb: ["}))
    with pytest.raises(InputError, match=rf"^ConfigMap/{OWN}\[profile\]:3:1: error: "):
        asked.user_profile(USER)


def answers_to(patch: pytest.MonkeyPatch) -> list[bytes]:
    """All that servers send from now on."""
    heard: list[bytes] = []
    ask = Door._sent  # noqa: SLF001

    def listening(door: Door, request: Any) -> tuple[int, bytes]:
        status, data = ask(door, request)
        heard.append(data)
        return status, data

    patch.setattr(Door, "_sent", listening)
    return heard


def test_the_values_of_a_secret_are_not_even_sent(
    cluster: Server, asked: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.apply(secret(f"{OWN}-envs", {"TOKEN": "of great value", "f.x": "another"}))
    cluster.kubectl("patch", "secret", f"{OWN}-envs", "--patch", '{"stringData":{"NEW":"new"}}')
    heard = answers_to(monkeypatch)

    found = asked.user_profile(USER)

    assert found is not None
    assert [each["name"] for each in found["env"]] == ["NEW", "TOKEN", "f.x"]
    assert base64.b64encode(b"of great value") not in b"".join(heard)


def test_where_only_its_values_tell_the_keys_of_a_secret_these_are_taken_alone(
    cluster: Server, asked: Cluster
) -> None:
    cluster.apply(secret(f"{OWN}-envs", {"TOKEN": "of value", "B": "b"}))
    forget = '{"metadata":{"managedFields":[{}]}}'
    cluster.kubectl("patch", "secret", f"{OWN}-envs", "--type=merge", f"--patch={forget}")

    found = asked.user_profile(USER)

    assert found is not None
    assert [each["name"] for each in found["env"]] == ["B", "TOKEN"]
    assert "of value" not in str(found)
    assert base64.b64encode(b"of value").decode() not in str(found)


def test_what_the_server_says_of_a_secret_is_not_repeated(cluster: Server, proxy: Proxy) -> None:
    spoken = faults.status(500, message="the value is s3cret")
    proxy.add(lambda _, path: "/secrets/" in path, spoken)
    with pytest.raises(ClusterError, match="500") as failure:
        Cluster(cluster.namespace).user_profile(USER)
    assert "s3cret" not in str(failure.value)


def test_in_a_pod_its_service_account_is_used_and_its_namespace(
    cluster: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    kubeconfig = cluster.as_service_account("hub", READER)
    account = as_pod(cluster, kubeconfig, tmp_path / "account", monkeypatch)

    here = Cluster(service_account_path=str(account))

    assert here.namespace == here.notebook_namespace == cluster.namespace
    with cluster.recording("octavo-singleuser") as record:
        assert here.config_maps(NAME, KEY) == [(NAME, "named")]
    user = f"system:serviceaccount:{cluster.namespace}:hub"
    assert {each.user for each in record.requests()} == {user}


def test_outside_of_a_pod_the_context_says_the_namespace(
    cluster: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.loads(cluster.kubeconfig.read_text())
    config["contexts"][0]["context"]["namespace"] = "of-the-context"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert Cluster(service_account_path=str(tmp_path)).namespace == "of-the-context"


@pytest.mark.parametrize("in_pod", [True, False])
def test_a_namespace_that_nobody_says_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_pod: bool
) -> None:
    config = json.loads(KUBECONFIG)
    if in_pod:
        config["contexts"][0]["context"]["namespace"] = "of-another-cluster"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    if in_pod:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with pytest.raises(ClusterError, match=r"^which namespace\? .*account/namespace does not say"):
        _ = Cluster(service_account_path=str(tmp_path / "account")).namespace


def test_where_there_is_no_cluster_that_is_said_and_no_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubeconfig").write_text('{"users": [{"name": "x", "user": {"token": "s3cret"}}]}')
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    said = failed(Cluster("hub", service_account_path=str(tmp_path)))
    assert said.startswith("which cluster? This is no pod of one (Service host/port is not set.)")
    assert "s3cret" not in said


def test_nothing_is_asked_or_read_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere")
    made = Cluster("hub", "notebooks", verify_ssl=False, service_account_path="/nowhere")
    assert (made.namespace, made.notebook_namespace) == ("hub", "notebooks")


def test_a_certificate_is_verified_unless_told_not_to(
    cluster: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.apply(config_map(NAME, {KEY: "named"}))
    config = json.loads(cluster.kubeconfig.read_text())
    del config["clusters"][0]["cluster"]["certificate-authority"]
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))

    assert "certificate verify failed" in failed(Cluster(cluster.namespace))
    trusting = Cluster(cluster.namespace, verify_ssl=False)
    assert trusting.config_maps(NAME, KEY) == [(NAME, "named")]
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
