"""Services come with a user's server and go with it, on a real API server that collects garbage."""

from __future__ import annotations

import json
import logging
import textwrap
import threading
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from controlplane import faults
from controlplane.cluster import Cluster as Server
from controlplane.faults import Proxy
from controlplane.plugin import StartOwn

from renderer.errors import InputError, OctavoError
from renderer.singleuser import objects, services
from renderer.singleuser.cluster import Cluster
from renderer.singleuser.server import ClusterError
from renderer.singleuser.services import ServiceError
from renderer.yamlio import load_all, text_document
from tests.seeds.example import TEMPLATE
from tests.singleuser.places import config_map, teach_spark, until

(_example,) = load_all(TEMPLATE.encode(), "template")
SPARK: str = _example.value["data"]["sparkClusterTemplate"]
SETTINGS = """\
kind: ConfigMap
apiVersion: v1
metadata:
  name: settings
  labels: {own: label}
data:
  who: "{{ USERNAME }}"
"""
CONFIGURATION = {
    "worker_instances": 1,
    "worker_memory_limit": "4Gi",
    "master_memory_limit": "1Gi",
}
SPARK_SERVICE: dict[str, Any] = {
    "resources": [{"name": "spark-cluster-template", "path": "sparkClusterTemplate"}],
    "configuration": CONFIGURATION,
    "labels": {"opendatahub.io/component": "jupyterhub"},
    "return": {"SPARK_CLUSTER": "metadata.name"},
}
USER = "vpavlin@redhat.com"
ESCAPED = "vpavlin-40redhat-2ecom"
OWNER = f"singleuser-service-ref-{ESCAPED}"


@pytest.fixture(scope="module")
def spark(control_plane: Server) -> None:
    teach_spark(control_plane)


@pytest.fixture
def place(cluster: Server, spark: None, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    assert spark is None
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    templates = {"sparkClusterTemplate": SPARK, "settings": SETTINGS}
    cluster.apply(config_map("spark-cluster-template", templates))
    return Cluster(cluster.namespace)


@pytest.fixture
def proxy(cluster: Server, place: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    assert place.namespace == cluster.namespace
    with faults.faults(cluster.kubeconfig) as proxy:
        monkeypatch.setenv("KUBECONFIG", str(proxy.kubeconfig))
        yield proxy


def spawner(**environment: str) -> Any:
    return SimpleNamespace(environment=environment)


def settings(**more: Any) -> dict[str, Any]:
    resources = [{"name": "spark-cluster-template", "path": "settings"}]
    return {"resources": resources, **more}


def deployed(place: Cluster, service: Mapping[str, Any], user: str = USER) -> Any:
    told = spawner()
    services.deploy(place, {"spark": service}, told, user)
    return told


def spark_of(cluster: Server, user: str = ESCAPED) -> Mapping[str, Any]:
    found = cluster.get("sparkcluster", f"spark-cluster-{user}")
    assert found is not None
    return found


def template(cluster: Server, text: str) -> None:
    cluster.apply(config_map("spark-cluster-template", {"settings": textwrap.dedent(text)}))


def test_the_service_of_the_document_runs_as_the_document_says(
    cluster: Server, place: Cluster
) -> None:
    told = spawner(KEPT="yes")
    services.deploy(place, {"spark": SPARK_SERVICE}, told, USER)

    made, owner = spark_of(cluster), cluster.get("configmap", OWNER)
    assert owner is not None
    assert made["spec"] == {
        "worker": {"instances": "1", "memoryLimit": "4Gi"},
        "master": {"memoryLimit": "1Gi"},
    }
    assert made["metadata"]["labels"] == {"opendatahub.io/component": "jupyterhub"}
    uid = owner["metadata"]["uid"]
    assert made["metadata"]["ownerReferences"] == [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": OWNER, "uid": uid}
    ]
    assert told.environment == {"KEPT": "yes", "SPARK_CLUSTER": f"spark-cluster-{ESCAPED}"}
    assert told.single_user_services == [f"spark-cluster-{ESCAPED}"]


def test_what_was_deployed_goes_when_it_is_cleaned_up(cluster: Server, place: Cluster) -> None:
    told = spawner(KEPT="yes")
    both = {**SPARK_SERVICE, "resources": [*SPARK_SERVICE["resources"], *settings()["resources"]]}
    services.deploy(place, {"spark": both}, told, USER)
    services.deploy(place, {"spark": SPARK_SERVICE}, spawner(), "other")
    assert cluster.get("configmap", f"settings-{ESCAPED}") is not None

    services.clean(place, told, USER)

    until(lambda: cluster.get("configmap", OWNER) is None, "the end of the reference")
    until(
        lambda: cluster.get("configmap", f"settings-{ESCAPED}") is None, "the end of the ConfigMap"
    )
    until(
        lambda: cluster.get("sparkcluster", f"spark-cluster-{ESCAPED}") is None,
        "the end of the SparkCluster",
    )
    assert spark_of(cluster, "other")
    assert told.environment == {"KEPT": "yes"}
    assert told.single_user_services == []


def test_cleaning_up_where_nothing_was_deployed_is_fine(place: Cluster) -> None:
    told = spawner(A="b")
    services.clean(place, told, "nobody")
    assert told.environment == {"A": "b"}


def test_a_variable_that_somebody_else_has_set_since_is_left(place: Cluster) -> None:
    told = deployed(place, SPARK_SERVICE)
    told.environment = {"SPARK_CLUSTER": "another"}
    services.clean(place, told, USER)
    assert told.environment == {"SPARK_CLUSTER": "another"}


def test_a_service_that_is_there_is_replaced_and_what_others_have_set_stays(
    cluster: Server, place: Cluster
) -> None:
    labels = {"gone": "later", "opendatahub.io/component": "jupyterhub"}
    deployed(place, {**SPARK_SERVICE, "labels": labels})
    before = spark_of(cluster)
    cluster.kubectl("annotate", "sparkcluster", before["metadata"]["name"], "operator=was-here")
    status = '--patch={"status": {"state": "ready"}, "metadata": {"finalizers": ["a.test/b"]}}'
    cluster.kubectl("patch", "sparkcluster", before["metadata"]["name"], "--type=merge", status)

    configuration = {**CONFIGURATION, "worker_instances": 3}
    for _ in range(2):
        deployed(place, {**SPARK_SERVICE, "configuration": configuration})

    after = spark_of(cluster)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"]["worker"]["instances"] == "3"
    assert after["metadata"]["labels"] == {"opendatahub.io/component": "jupyterhub"}
    assert after["metadata"]["annotations"] == {"operator": "was-here"}
    assert after["metadata"]["finalizers"] == ["a.test/b"]
    assert after["status"] == {"state": "ready"}
    assert [each["name"] for each in after["metadata"]["ownerReferences"]] == [OWNER]
    release = '--patch={"metadata": {"finalizers": null}}'
    cluster.kubectl("patch", "sparkcluster", before["metadata"]["name"], "--type=merge", release)


def test_what_a_template_says_no_longer_goes(cluster: Server, place: Cluster) -> None:
    template(cluster, SETTINGS + "  b: b\n")
    deployed(place, settings())
    template(cluster, SETTINGS)
    deployed(place, settings())
    found = cluster.get("configmap", f"settings-{ESCAPED}")
    assert found is not None
    assert found["data"] == {"who": ESCAPED}


@pytest.mark.parametrize("owner", ["nobody", "singleuser-service-ref-somebody"])
def test_an_object_that_is_somebody_else_s_is_left_as_it_is(
    cluster: Server, place: Cluster, owner: str
) -> None:
    references = []
    if owner != "nobody":
        cluster.kubectl("create", "configmap", owner)
        found = cluster.get("configmap", owner)
        assert found is not None
        uid = found["metadata"]["uid"]
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid}
        references = [reference]
    name = f"settings-{ESCAPED}"
    cluster.apply(config_map(name, {"who": "me"}, ownerReferences=references))
    before = cluster.get("configmap", name)

    with pytest.raises(ClusterError, match="is left as it is") as failure:
        deployed(place, settings())

    assert cluster.get("configmap", name) == before
    said = str(failure.value)
    assert said.startswith(f'replacing the ConfigMap "{name}" in the namespace "')
    assert ("somebody else" if owner == "nobody" else f"the ConfigMap {owner}") in said


def test_what_an_earlier_start_left_is_made_anew(cluster: Server, place: Cluster) -> None:
    name = f"settings-{ESCAPED}"
    gone = {"apiVersion": "v1", "kind": "ConfigMap", "name": OWNER, "uid": "of-one-before"}
    left = config_map(name, {"old": "1"}, ownerReferences=[gone], finalizers=["a.test/b"])
    cluster.apply(left)
    before = cluster.get("configmap", name)
    assert before is not None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "_GONE_WITHIN", 1.0)
        with pytest.raises(ClusterError, match=r"still being deleted, .* after 1 seconds"):
            deployed(place, settings())
    free = '--patch={"metadata": {"finalizers": null}}'
    cluster.kubectl("patch", "configmap", name, "--type=merge", free)
    deployed(place, settings())

    after = cluster.get("configmap", name)
    assert after is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["data"] == {"who": ESCAPED}


def test_what_an_earlier_start_left_is_not_taken_over_even_if_nobody_collects_it(
    own_control_plane: StartOwn, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own_control_plane()  # which has no collector
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    cluster, place = server.cluster, Cluster("default")
    cluster.apply(config_map("spark-cluster-template", {"settings": SETTINGS}))
    deployed(place, settings())
    before = cluster.get("configmap", f"settings-{ESCAPED}")
    services.clean(place, spawner(), USER)
    assert cluster.get("configmap", f"settings-{ESCAPED}") == before is not None

    deployed(place, settings())

    after, owner = cluster.get("configmap", f"settings-{ESCAPED}"), cluster.get("configmap", OWNER)
    assert after is not None
    assert owner is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    (reference,) = after["metadata"]["ownerReferences"]
    assert reference["uid"] == owner["metadata"]["uid"]


def test_users_are_kept_apart_by_the_names_of_their_objects(
    cluster: Server, place: Cluster
) -> None:
    for user in ("alice", "bob@example.com"):
        deployed(place, settings(), user)
    assert cluster.get("configmap", "settings-alice") is not None
    assert cluster.get("configmap", "settings-bob-40example-2ecom") is not None


def test_the_user_wins_over_a_configuration_that_says_another(
    cluster: Server, place: Cluster
) -> None:
    deployed(place, settings(configuration={"USERNAME": "root", "user": "root"}))
    found = cluster.get("configmap", f"settings-{ESCAPED}")
    assert found is not None
    assert found["data"] == {"who": ESCAPED}


def test_labels_are_text_whatever_yaml_took_them_for(cluster: Server, place: Cluster) -> None:
    deployed(place, settings(labels={"own": True, "count": 3}))
    found = cluster.get("configmap", f"settings-{ESCAPED}")
    assert found is not None
    assert found["metadata"]["labels"] == {"own": "true", "count": "3"}


def test_what_is_returned_is_what_the_server_has(cluster: Server, place: Cluster) -> None:
    paths = {"UID": "metadata.uid", "WHO": "data.who", "NONE": "status.url"}
    told = deployed(place, settings(**{"return": paths}))
    found = cluster.get("configmap", f"settings-{ESCAPED}")
    assert found is not None
    uid = found["metadata"]["uid"]
    assert told.environment == {"UID": uid, "WHO": ESCAPED, "NONE": ""}


def test_what_one_object_answers_is_not_lost_behind_another(
    cluster: Server, place: Cluster
) -> None:
    second = SETTINGS.replace("name: settings", "name: second").replace("who:", "other:")
    template(cluster, f"{SETTINGS}---\n{second}")
    told = deployed(place, settings(**{"return": {"WHO": "data.who", "NAME": "metadata.name"}}))
    assert told.environment == {"WHO": ESCAPED, "NAME": f"second-{ESCAPED}"}
    assert told.single_user_services == [f"settings-{ESCAPED}", f"second-{ESCAPED}"]


def test_a_spawner_keeps_its_list_of_services_and_each_once(place: Cluster) -> None:
    told = spawner()
    told.single_user_services = known = ["mine"]
    for _ in range(2):
        services.deploy(place, {"spark": settings()}, told, USER)
    assert told.single_user_services == ["mine", f"settings-{ESCAPED}"]
    assert known == ["mine"]


def test_the_templates_of_a_file_come_before_those_of_the_cluster(
    cluster: Server, place: Cluster
) -> None:
    text = "data:\n  settings: |\n" + textwrap.indent(SETTINGS.replace("who", "file"), "    ")
    (document,) = load_all(text.encode(), "templates.yaml")
    texts = {"spark-cluster-template": {"settings": text_document(document, ("data", "settings"))}}
    both = [*settings()["resources"], *SPARK_SERVICE["resources"]]
    service = {**SPARK_SERVICE, "resources": both}

    services.deploy(place, {"spark": service}, spawner(), USER, texts)

    found = cluster.get("configmap", f"settings-{ESCAPED}")
    assert found is not None
    assert found["data"] == {"file": ESCAPED}
    assert spark_of(cluster)


def test_a_template_that_is_not_there_is_a_warning_and_the_others_are_deployed(
    cluster: Server, place: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    lost = [{"name": "lost", "path": "a"}, {"name": "spark-cluster-template", "path": "b"}, {}]
    deployed(place, settings(resources=[*lost, *settings()["resources"]]))
    assert cluster.get("configmap", f"settings-{ESCAPED}") is not None
    warned = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert warned[0] == (
        'the template a of the ConfigMap lost is not there; the service "spark" lacks it'
    )
    assert len(warned) == 3


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({}, r'^the service "spark" has no "resources"'),
        (settings(resources=[]), r'^the service "spark" has no "resources"'),
        (settings(**{"return": {"A": "a.."}}), r'^the service "spark", return A: \'a..\' cannot'),
        (
            SPARK_SERVICE | {"configuration": {}},
            r'^ConfigMap/spark-cluster-template\[sparkClusterTemplate\]:7:1: error: "worker_',
        ),
    ],
)
def test_what_is_described_wrongly_is_said_before_anything_is_made(
    cluster: Server, place: Cluster, service: Mapping[str, Any], said: str
) -> None:
    with cluster.recording("octavo-singleuser") as record, pytest.raises(OctavoError, match=said):
        services.deploy(place, {"fine": settings(), "spark": service}, spawner(), USER)
    assert record.writes() == []


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (SETTINGS.replace("  name:", "  namespace: b\n  name:"), ServiceError, 'namespace "b"'),
        (SETTINGS.replace("ConfigMap", "Wonder"), ClusterError, "kind Wonder of v1: the cluster"),
        (SETTINGS.replace("v1", "no.such/v1"), ClusterError, "of no.such/v1: the cluster knows"),
        (
            SETTINGS.replace("ConfigMap", "Namespace"),
            ClusterError,
            "kind Namespace of v1: it stands in no namespace",
        ),
        (
            SETTINGS.replace("\ndata:", "\ndata: ["),
            InputError,
            r"\[settings\]:6:1: error: what the",
        ),
        (SETTINGS + "  e: {{ 1 }}\n", ClusterError, "400 BadRequest"),
    ],
)
def test_what_a_template_cannot_be_is_said_in_words(
    cluster: Server, place: Cluster, text: str, error: type[Exception], said: str
) -> None:
    template(cluster, text)
    with pytest.raises(error, match=said):
        deployed(place, settings())


def test_the_namespace_of_the_services_may_be_said(cluster: Server, place: Cluster) -> None:
    template(cluster, SETTINGS.replace("  name:", f"  namespace: {cluster.namespace}\n  name:"))
    deployed(place, settings())
    assert cluster.get("configmap", f"settings-{ESCAPED}") is not None


def test_what_the_server_says_of_a_secret_is_not_repeated(cluster: Server, place: Cluster) -> None:
    text = SETTINGS.replace("kind: ConfigMap", "kind: Secret").replace("{{ USERNAME }}", "s3cret!")
    template(cluster, text)
    with pytest.raises(ClusterError, match="400 BadRequest") as failure:
        deployed(place, settings())
    assert "s3cret" not in str(failure.value)


def test_a_failure_half_way_leaves_nothing_that_cleaning_up_does_not_take(
    cluster: Server, proxy: Proxy
) -> None:
    proxy.add(lambda method, path: method == "POST" and "spark" in path, faults.status(500))
    both = [*settings()["resources"], *SPARK_SERVICE["resources"]]
    place, told = Cluster(cluster.namespace), spawner()

    with pytest.raises(ClusterError, match="500"):
        services.deploy(place, {"spark": {**SPARK_SERVICE, "resources": both}}, told, USER)

    assert cluster.get("configmap", f"settings-{ESCAPED}") is not None
    services.clean(place, told, USER)
    until(
        lambda: cluster.get("configmap", f"settings-{ESCAPED}") is None, "the end of the ConfigMap"
    )


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "GET"])
def test_whatever_is_refused_is_an_error(cluster: Server, proxy: Proxy, method: str) -> None:
    place = Cluster(cluster.namespace)
    deployed(place, settings())
    deployed(place, settings())
    proxy.add(lambda asked, _: asked == method, faults.forbid)

    def again() -> None:
        deployed(place, settings())
        services.clean(place, spawner(), USER)

    with pytest.raises(ClusterError, match="403 Forbidden"):
        again()


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("fault", [faults.cut_before, faults.status(429, retry_after=0)])
def test_what_was_done_though_the_answer_was_lost_is_not_in_the_way(
    cluster: Server, proxy: Proxy, method: str, fault: faults.Fault
) -> None:
    place, told = Cluster(cluster.namespace), spawner()
    proxy.add(lambda asked, _: asked == method, fault, times=1)
    for _ in range(2):
        services.deploy(place, {"spark": settings()}, told, USER)
    assert cluster.get("configmap", f"settings-{ESCAPED}") is not None
    services.clean(place, told, USER)
    assert cluster.get("configmap", OWNER) is None


def test_an_object_that_others_change_meanwhile_is_replaced_all_the_same(
    cluster: Server, proxy: Proxy
) -> None:
    place, name = Cluster(cluster.namespace), f"settings-{ESCAPED}"
    deployed(place, settings())
    change = threading.Event()

    def changed(exchange: faults.Exchange) -> None:
        cluster.kubectl("annotate", "configmap", name, "operator=was-here")
        change.set()
        exchange.forward()

    proxy.add(lambda method, _: method == "PATCH", changed, times=1)
    template(cluster, SETTINGS.replace("who", "then"))
    deployed(place, settings())

    found = cluster.get("configmap", name)
    assert found is not None
    assert found["data"] == {"then": ESCAPED}
    assert found["metadata"]["annotations"] == {"operator": "was-here"}
    assert change.is_set()


def test_nothing_is_asked_of_a_cluster_where_there_are_no_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere")
    services.deploy(Cluster("nowhere"), {}, spawner(), USER)


def test_a_second_start_of_the_same_writes_nothing_that_the_server_has(
    cluster: Server, place: Cluster
) -> None:
    for _ in range(2):
        deployed(place, settings())
    before = json.dumps(cluster.get("configmap", f"settings-{ESCAPED}"))
    deployed(place, settings())
    assert json.dumps(cluster.get("configmap", f"settings-{ESCAPED}")) == before
