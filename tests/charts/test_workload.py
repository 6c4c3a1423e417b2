"""The Notebook, its revisions, StatefulSet, Service, account and storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Object = Mapping[str, Any]
Render = Callable[..., dict[tuple[str, str], Object]]


def test_a_running_notebook_says_nothing_of_replicas(render: Render) -> None:
    assert "replicas" not in render()["StatefulSet", "churn"]["spec"]


def test_a_stopped_notebook_has_no_replicas(render: Render) -> None:
    stopped = render(notebook={"stopped": True})
    assert stopped["StatefulSet", "churn"]["spec"]["replicas"] == 0


@pytest.mark.parametrize(
    ("policy", "strategy"),
    [
        ("Auto", {"type": "OnDelete"}),
        ("Ignore", {"type": "OnDelete"}),
        ("Always", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
    ],
)
def test_the_update_policy_is_a_strategy(
    render: Render, policy: str, strategy: Mapping[str, Any]
) -> None:
    stateful_set = render(notebook={"update_policy": policy})["StatefulSet", "churn"]
    assert stateful_set["spec"]["updateStrategy"] == strategy


def test_the_statefulset_selects_its_own_pod(render: Render) -> None:
    spec = render()["StatefulSet", "churn"]["spec"]
    wanted = spec["selector"]["matchLabels"].items()
    assert wanted <= spec["template"]["metadata"]["labels"].items()


def test_the_notebook_carries_its_annotations_and_its_revision(render: Render) -> None:
    notebook = render()["Notebook", "churn"]
    assert notebook["apiVersion"] == "jackhoman.dev/v1beta1"
    assert notebook["metadata"]["annotations"] == {
        "example.com/ticket": "DATA-7",
        "jackhoman.dev/owner": "alice@example.com",
        "jackhoman.dev/revision": "bcdfg24567",
    }
    assert notebook["spec"] == {
        "templateRef": {"name": "jupyter-scipy", "namespace": "kubeflow"},
    }


def test_a_notebook_cannot_set_the_annotations_that_are_octavos(render: Render) -> None:
    ours = ("owner", "revision", "url")
    annotations = {f"jackhoman.dev/{name}": "mine" for name in ours}
    notebook = render(notebook={"annotations": annotations}, route={"kind": "istio"})
    assert notebook["Notebook", "churn"]["metadata"]["annotations"] == {
        "jackhoman.dev/owner": "alice@example.com",
        "jackhoman.dev/revision": "bcdfg24567",
        "jackhoman.dev/url": "https://notebooks.example.com/notebook/research/churn/",
    }


def test_a_notebook_with_a_long_name_keeps_it_and_the_rest_is_named_shorter(
    render: Render,
) -> None:
    bundle = render(notebook={"name": "churn-" * 20 + "x"})
    assert ("Notebook", "churn-" * 20 + "x") in bundle
    assert ("StatefulSet", "churn") in bundle


def test_every_retained_revision_is_rendered_with_its_number_and_data(render: Render) -> None:
    bundle = render()
    revisions = {
        name: value for (kind, name), value in bundle.items() if kind == "ControllerRevision"
    }
    assert {name: value["revision"] for name, value in revisions.items()} == {
        "churn-rev-zxwvt98765": 1,
        "churn-rev-bcdfg24567": 2,
    }
    assert all(
        value["data"] == {"fragments": [{"kind": "Template", "name": "jupyter-scipy"}]}
        for value in revisions.values()
    )


@pytest.mark.parametrize("own", [{}, {"app.kubernetes.io/component": "notebook"}])
def test_no_revision_has_a_label_that_selects_the_pod(
    render: Render, own: Mapping[str, str]
) -> None:
    usual = render()["StatefulSet", "churn"]["metadata"]["labels"]
    bundle = render(labels={**own, **usual})
    selector = bundle["StatefulSet", "churn"]["spec"]["selector"]["matchLabels"]
    for name in ("churn-rev-zxwvt98765", "churn-rev-bcdfg24567"):
        labels = bundle["ControllerRevision", name]["metadata"]["labels"]
        assert not labels.keys() & selector.keys()
        assert labels["jackhoman.dev/revision-of"] == "churn"


def test_the_service_opens_every_port_and_the_notebook_at_80(render: Render) -> None:
    assert render()["Service", "churn"]["spec"] == {
        "type": "ClusterIP",
        "ports": [
            {"name": "http-notebook", "port": 80, "protocol": "TCP", "targetPort": 8888},
            {"name": "http-spark", "port": 4040, "protocol": "TCP", "targetPort": 4040},
        ],
        "selector": {"jackhoman.dev/notebook": "churn", "app.kubernetes.io/component": "notebook"},
    }


def test_where_another_port_is_80_the_notebook_keeps_its_own_number(
    render: Render, ports: Callable[..., list[Object]]
) -> None:
    service = render(ports=ports(80))["Service", "churn"]
    assert [item["port"] for item in service["spec"]["ports"]] == [8888, 80]


def test_a_pod_without_ports_has_no_service(render: Render) -> None:
    assert ("Service", "churn") not in render(ports=[])


def test_the_service_account_gets_no_token_by_itself(render: Render) -> None:
    assert render()["ServiceAccount", "churn"]["automountServiceAccountToken"] is False


def test_a_service_account_of_somebody_else_is_not_rendered(render: Render) -> None:
    bundle = render(service_account={"name": "trainer", "create": False})
    assert not [name for kind, name in bundle if kind == "ServiceAccount"]


def test_a_kept_claim_is_marked_for_every_tool_that_deletes(render: Render) -> None:
    bundle = render()
    assert bundle["PersistentVolumeClaim", "churn-home"]["metadata"]["annotations"] == {
        "jackhoman.dev/keep": "true",
        "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }
    assert "annotations" not in bundle["PersistentVolumeClaim", "churn-scratch"]["metadata"]


def test_a_claim_that_is_not_kept_is_never_marked(render: Render) -> None:
    claim = render(annotations={"example.com/team": "data"})[
        "PersistentVolumeClaim", "churn-scratch"
    ]
    assert claim["metadata"]["annotations"] == {"example.com/team": "data"}


def test_a_claim_asks_for_what_was_chosen_and_no_more(render: Render) -> None:
    bundle = render()
    assert bundle["PersistentVolumeClaim", "churn-home"]["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "50Gi"}},
    }
    assert bundle["PersistentVolumeClaim", "churn-scratch"]["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "fast-ssd",
        "resources": {"requests": {"storage": "1Ti"}},
    }


def test_an_empty_storage_class_is_not_the_default_one(render: Render) -> None:
    claim = {
        "name": "churn-home",
        "size": "1Gi",
        "storage_class": "",
        "access_mode": "ReadWriteOnce",
        "keep": True,
    }
    bundle = render(claims=[claim])
    assert bundle["PersistentVolumeClaim", "churn-home"]["spec"]["storageClassName"] == ""


def test_nothing_that_is_the_clusters_or_another_tools_is_rendered(render: Render) -> None:
    unwanted = {"status", "ownerReferences", "creationTimestamp", "uid", "resourceVersion"}
    for value in render(route={"kind": "istio"}).values():
        assert not unwanted & (value.keys() | value["metadata"].keys())
        assert value["metadata"].get("annotations") != {}
        assert value["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "octavo"
        assert value["metadata"]["namespace"] == "research"


def test_annotations_for_every_object_reach_every_object(render: Render) -> None:
    bundle = render(annotations={"example.com/team": "data"}, route={"kind": "istio"})
    for value in bundle.values():
        assert value["metadata"]["annotations"]["example.com/team"] == "data"
