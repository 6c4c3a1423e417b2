"""A JupyterHub with KubeSpawner spawns by the profiles, and services come and go with servers.

The hub is a process of its own, as it is in production, and the API server is real. The test plays
the kubelet: it says that a pod runs, and answers as the single-user server in it.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from controlplane import cluster as controlplane
from controlplane import credentials, loopback, programs
from controlplane.cluster import Cluster

from tests.seeds.example import PROFILES, TEMPLATE
from tests.singleuser.places import config_map, secret, teach_spark, until

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("hub_config.py")
NAME, KEY = "jupyter-singleuser-profiles", "jupyterhub-singleuser-profiles.yaml"
STARTED_WITHIN, SPAWNED_WITHIN = 90.0, 90.0
LATER = """\
profiles:
- name: Later
  users: [vpavlin@redhat.com, bob]
  env: [{name: THIS_IS_GLOBAL, value: over the first}]
  node_tolerations: [{key: gpu, operator: Exists}]
  resources: {limits: {cpu: 750m}}
sizes:
- name: Tiny
  resources: {requests: {memory: 64Mi}, limits: {memory: 128Mi}}
"""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub, and the namespace where it spawns."""

    cluster: Cluster
    port: int
    token: str
    log: Path

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """An answer of its REST API."""
        client = HTTPConnection("127.0.0.1", self.port, timeout=SPAWNED_WITHIN)
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        try:
            client.request(method, f"/hub/api{path}", json.dumps(body or {}), headers)
            answer = client.getresponse()
            data = answer.read()
            return answer.status, json.loads(data) if data else None
        finally:
            client.close()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/")[0] == 200
        except OSError:
            return False

    def start(self, user: str, **options: str) -> Mapping[str, Any]:
        """Have a user's server started; its Pod, once that runs."""
        path = f"/users/{quote(user, safe='')}"
        assert self.ask("POST", path)[0] in {201, 409}
        status, said = self.ask("POST", f"{path}/server", options)
        assert status in {201, 202}, f"{said}\n{self.tail()}"
        until(self.pods, f"a Pod of {user}\n{self.tail()}", SPAWNED_WITHIN)
        (pod,) = self.pods()
        self.run(pod)
        until(lambda: self.is_ready(path), f"a server of {user}\n{self.tail()}", SPAWNED_WITHIN)
        return pod

    def stop(self, user: str) -> None:
        path = f"/users/{quote(user, safe='')}"
        assert self.ask("DELETE", f"{path}/server")[0] in {202, 204}
        what = f"the end of the server of {user}\n{self.tail()}"
        until(lambda: not self.ask("GET", path)[1]["servers"], what, SPAWNED_WITHIN)
        assert self.pods() == []

    def pods(self) -> list[Mapping[str, Any]]:
        found = json.loads(self.cluster.kubectl("get", "pods", "--output=json"))
        return [each for each in found["items"] if "deletionTimestamp" not in each["metadata"]]

    def run(self, pod: Mapping[str, Any]) -> None:
        """What a kubelet would say once the containers are up."""
        containers = [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": "",
                "ready": True,
                "restartCount": 0,
                "state": {"running": {}},
            }
            for each in pod["spec"]["containers"]
        ]
        status = {"phase": "Running", "podIP": "127.0.0.1", "containerStatuses": containers}
        patch = f"--patch={json.dumps({'status': status})}"
        name = pod["metadata"]["name"]
        self.cluster.kubectl("patch", "pod", name, "--subresource=status", patch)

    def is_ready(self, path: str) -> bool:
        servers = self.ask("GET", path)[1]["servers"]
        return bool(servers) and servers[""]["ready"]

    def is_busy(self, user: str) -> bool:
        return bool(self.ask("GET", f"/users/{user}")[1]["pending"])

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


class Singleuser(BaseHTTPRequestHandler):
    """As much of a single-user server as the hub looks at."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", version("jupyterhub"))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hub(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for all tests here, in a namespace of its own."""
    folder = tmp_path_factory.mktemp("hub")
    teach_spark(control_plane)
    with ExitStack() as ending:
        cluster = ending.enter_context(namespace_of(control_plane))
        server = loopback.Server(Singleuser, None)
        ending.enter_context(loopback.serving(server))
        yield ending.enter_context(running(cluster, folder, server.server_port))


@contextmanager
def namespace_of(control_plane: Cluster) -> Iterator[Cluster]:
    name = f"test-{uuid.uuid4().hex[:12]}"
    manifest = json.dumps(controlplane.namespace(name))
    control_plane.kubectl("create", "--filename=-", stdin=manifest)
    cluster = replace(control_plane, namespace=name)
    profiles = PROFILES.read_text()
    cluster.apply(config_map(NAME, {KEY: profiles}))
    cluster.apply(TEMPLATE)
    yield cluster
    control_plane.kubectl("delete", "namespace", name, "--wait=false")


@contextmanager
def running(cluster: Cluster, folder: Path, singleuser_port: int) -> Iterator[Hub]:
    """A hub in its own process, which knows the cluster by a kubeconfig."""
    port, proxy_port = programs.free_ports(2)
    hub = Hub(cluster, port, secrets.token_hex(16), folder / "hub.log")
    environment = {
        **{name: value for name, value in os.environ.items() if "KUBERNETES" not in name},
        "HUB_FOLDER": str(folder),
        "HUB_NAMESPACE": cluster.namespace,
        "HUB_PORT": str(port),
        "HUB_PROXY_PORT": str(proxy_port),
        "HUB_SINGLEUSER_PORT": str(singleuser_port),
        "HUB_TOKEN": hub.token,
        "KUBECONFIG": str(kubeconfig(cluster, folder)),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "jupyterhub", f"--config={CONFIG}"]
    with (
        hub.log.open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: hub.answers() or process.poll(), "a hub", STARTED_WITHIN)
            assert process.poll() is None, hub.tail()
            yield hub
        finally:
            process.terminate()


def kubeconfig(cluster: Cluster, folder: Path) -> Path:
    """The admin's, with the namespace in its context: so the library knows where it is."""
    where, who = credentials.read(cluster.program, cluster.kubeconfig)
    path = credentials.kubeconfig(folder / "kubeconfig", where, who)
    config = json.loads(path.read_text())
    config["contexts"][0]["context"]["namespace"] = cluster.namespace
    path.write_text(json.dumps(config))
    return path


def env_of(container: Mapping[str, Any]) -> dict[str, Any]:
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def companion(hub: Hub, user: str) -> Mapping[str, Any] | None:
    return hub.cluster.get("sparkcluster", f"spark-cluster-{user}")


def test_a_pod_carries_the_profile_of_its_image_and_its_companion_lives_as_long(hub: Hub) -> None:
    pod = hub.start("bob")

    main, beside = pod["spec"]["containers"]
    env = env_of(main)
    assert env["KEPT"] == "yes"
    assert env["THIS_IS_GLOBAL"] == "This will appear in all singleuser pods"
    secret_key = {"key": "SECRET_TOKEN", "name": "testing-secret-token"}
    assert env["MYAPP_SECRET_TOKEN"] == {"secretKeyRef": secret_key}
    assert env["SPARK_CLUSTER"] == "spark-cluster-bob"
    assert env["MEM_LIMIT"] == str(2**30)
    assert env["JUPYTERHUB_USER_NAME"] == env_of(beside)["JUPYTERHUB_USER_NAME"] == "bob"
    assert "THOTH_CEPH_BUCKET" not in env
    assert main["resources"] == {
        "requests": {"memory": "500Mi", "cpu": "250m"},
        "limits": {"memory": "1Gi", "cpu": "500m"},
    }
    assert pod["metadata"]["labels"]["jupyterhub.opendatahub.io/user"] == "bob"
    made = companion(hub, "bob")
    assert made is not None
    assert made["metadata"]["labels"] == {"opendatahub.io/component": "jupyterhub"}
    assert made["spec"]["worker"] == {"instances": "1", "memoryLimit": "4Gi"}

    hub.stop("bob")

    until(lambda: companion(hub, "bob") is None, "the end of the SparkCluster")
    assert hub.cluster.get("configmap", "singleuser-service-ref-bob") is None


def test_a_user_named_in_a_profile_is_scheduled_by_it_and_a_size_is_over_all(hub: Hub) -> None:
    pod = hub.start("acorvin", size="Small")

    wanted = {
        "key": "some_node_label",
        "operator": "Equal",
        "value": "label_target_value",
        "effect": "NoSchedule",
    }
    assert wanted in pod["spec"]["tolerations"]
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    (term,) = pod["spec"]["affinity"]["nodeAffinity"][required]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == [
        "label_target_value_1",
        "label_target_value_2",
    ]
    assert pod["spec"]["containers"][0]["resources"] == {
        "requests": {"memory": "1Gi", "cpu": "1"},
        "limits": {"memory": "2Gi", "cpu": "2"},
    }
    assert env_of(pod["spec"]["containers"][0])["MEM_LIMIT"] == str(2**31)
    hub.stop("acorvin")


def test_what_is_changed_is_there_at_the_next_start_also_for_a_user_of_a_special_name(
    hub: Hub,
) -> None:
    user, escaped = "vpavlin@redhat.com", "vpavlin-40redhat-2ecom"
    own = f"jupyterhub-singleuser-profile-{escaped}-envs"
    before = hub.start(user)
    hub.stop(user)
    hub.cluster.apply(
        config_map("later", {KEY: LATER}, labels={"jupyterhub.opendatahub.io/user": "profile"})
    )
    hub.cluster.apply(config_map(own, {"MINE": "mine"}))
    hub.cluster.apply(secret(own, {"TOKEN": "of value"}))

    after = hub.start(user)

    first, second = (env_of(pod["spec"]["containers"][0]) for pod in (before, after))
    assert first["THIS_IS_GLOBAL"] == "This will appear in all singleuser pods"
    assert second["THIS_IS_GLOBAL"] == "over the first"
    assert second["MINE"] == {"configMapKeyRef": {"name": own, "key": "MINE"}}
    assert second["TOKEN"] == {"secretKeyRef": {"name": own, "key": "TOKEN"}}
    assert "MINE" not in first
    assert first["JUPYTERHUB_USER_NAME"] == second["JUPYTERHUB_USER_NAME"] == user
    assert first["SPARK_CLUSTER"] == second["SPARK_CLUSTER"] == f"spark-cluster-{escaped}"
    assert before["metadata"]["labels"]["jupyterhub.opendatahub.io/user"] == escaped
    resources = after["spec"]["containers"][0]["resources"]
    assert resources["limits"] == {"memory": "1Gi", "cpu": "750m"}
    keys = [{"key": "gpu", "operator": "Exists"}]
    assert [each for each in after["spec"]["tolerations"] if each["key"] == "gpu"] == keys
    assert companion(hub, escaped) is not None
    hub.stop(user)
    hub.cluster.kubectl("delete", "configmap", "later")
    until(lambda: companion(hub, escaped) is None, "the end of the SparkCluster")


def test_a_configuration_that_cannot_be_read_starts_no_server_and_is_said_in_words(
    hub: Hub,
) -> None:
    labels = {"jupyterhub.opendatahub.io/user": "profile"}
    hub.cluster.apply(config_map("broken", {KEY: "profiles:\n- name: [\n"}, labels=labels))
    assert hub.ask("POST", "/users/carol")[0] == 201

    hub.ask("POST", "/users/carol/server")

    said = "ConfigMap/broken[jupyterhub-singleuser-profiles.yaml]:3:1: error: "
    until(lambda: said in hub.log.read_text(), said, SPAWNED_WITHIN)
    until(lambda: not hub.is_busy("carol"), "an end of what cannot be", SPAWNED_WITHIN)
    assert hub.pods() == []
    hub.cluster.kubectl("delete", "configmap", "broken")
    hub.start("carol")
    hub.stop("carol")
