"""A context as the bundle makes it, and the shipped charts to render it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import pytest

from renderer.templating.chart import Chart, compile_chart
from renderer.yamlio import load_all

Object = Mapping[str, Any]
Bundle = dict[tuple[str, str], Object]

ALICE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice@example.com"}
BOB = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "bob@example.com"}
STUDENTS = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "students"}


def shipped(name: str) -> Chart:
    return compile_chart({
        entry.name: entry.read_text(encoding="utf-8")
        for entry in (files("renderer.charts") / name).iterdir()
        if entry.name.endswith((".yaml", ".jinja"))
    })


@pytest.fixture(scope="session")
def notebook_chart() -> Chart:
    return shipped("notebook")


@pytest.fixture(scope="session")
def namespace_chart() -> Chart:
    return shipped("namespace")


def port(name: str, number: int, prefix: str, *, main: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "port": number,
        "protocol": "TCP",
        "container": "main",
        "prefix": prefix,
        "main": main,
    }


NOTEBOOK_PORT = port("http-notebook", 8888, "/notebook/research/churn", main=True)
SPARK_PORT = port("http-spark", 4040, "/notebook/research/churn/ports/http-spark")

SELECTOR = {"jackhoman.dev/notebook": "churn", "app.kubernetes.io/component": "notebook"}
LABELS = {
    "app.kubernetes.io/name": "notebook",
    "app.kubernetes.io/instance": "churn",
    "app.kubernetes.io/managed-by": "octavo",
    "jackhoman.dev/notebook": "churn",
}
ROUTE = {
    "kind": "none",
    "host": "notebooks.example.com",
    "scheme": "https",
    "prefix": "/notebook",
    "gateway": "kubeflow/kubeflow-gateway",
    "ingress_class": "nginx",
    "tls_secret": "notebooks-tls",
    "user_header": "kubeflow-userid",
    "group_header": "kubeflow-groups",
    "annotations": {},
}


def pod(annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    metadata: dict[str, Any] = {"labels": {**LABELS, **SELECTOR}}
    if annotations:
        metadata["annotations"] = annotations
    container = {
        "name": "main",
        "image": "quay.io/jupyter/scipy-notebook:2025-11-10",
        "ports": [{"name": "http-notebook", "containerPort": 8888}],
    }
    return {
        "metadata": metadata,
        "spec": {"containers": [container], "serviceAccountName": "churn"},
    }


def context(**changes: Any) -> dict[str, Any]:
    """A notebook that has everything. `route` and `notebook` change single entries of theirs."""
    route = {**ROUTE, **changes.pop("route", {})}
    network_policy = changes.pop("network_policy", True)
    notebook = {
        "name": "churn",
        "namespace": "research",
        "api_version": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "labels": {},
        "annotations": {"example.com/ticket": "DATA-7"},
        "spec": {"templateRef": {"name": "jupyter-scipy", "namespace": "kubeflow"}},
        "stopped": False,
        "update_policy": "Auto",
        "revision": "bcdfg24567",
        **changes.pop("notebook", {}),
    }
    everything: dict[str, Any] = {
        "name": "churn",
        "namespace": "research",
        "notebook": notebook,
        "labels": LABELS,
        "selector": SELECTOR,
        "annotations": {},
        "early": {},
        "owner": {
            "kind": "User",
            "name": "alice@example.com",
            "safe": "alice-example-com-ff8d9819",
            "escaped": "alice-40example-2ecom",
            "label": "alice-40example.com_ff8d9819",
            "subject": ALICE,
        },
        "editors": [BOB],
        "viewers": [STUDENTS],
        "allowed_users": ["alice@example.com", "bob@example.com"],
        "allowed_groups": [],
        "pod": pod(),
        "ports": [NOTEBOOK_PORT, SPARK_PORT],
        "claims": [
            {
                "name": "churn-home",
                "size": "50Gi",
                "storage_class": None,
                "access_mode": "ReadWriteOnce",
                "keep": True,
            },
            {
                "name": "churn-scratch",
                "size": "1Ti",
                "storage_class": "fast-ssd",
                "access_mode": "ReadWriteMany",
                "keep": False,
            },
        ],
        "revisions": [
            {
                "name": "churn-rev-zxwvt98765",
                "revision": 1,
                "data": {"fragments": [{"kind": "Template", "name": "jupyter-scipy"}]},
                "current": False,
            },
            {
                "name": "churn-rev-bcdfg24567",
                "revision": 2,
                "data": {"fragments": [{"kind": "Template", "name": "jupyter-scipy"}]},
                "current": True,
            },
        ],
        "service_account": {"name": "churn", "create": True},
        "settings": {
            "route": route,
            "cluster_domain": "cluster.local",
            "network_policy": network_policy,
        },
        "values": {},
    }
    return {**everything, **changes}


def objects(chart: Chart, variables: Mapping[str, Any]) -> Bundle:
    """What the chart makes of a context, read back from its text."""
    rendered = chart.render(variables)
    found: Bundle = {}
    for item in rendered:
        (document,) = load_all(item.text.encode(), item.template)
        value = document.value
        assert (value["kind"], value["metadata"]["name"]) == (item.kind, item.name)
        assert (item.kind, item.name) not in found
        found[item.kind, item.name] = value
    return found


Render = Callable[..., Bundle]


@pytest.fixture
def render(notebook_chart: Chart) -> Render:
    """Renders the notebook chart with a context changed as told."""
    return lambda **changes: objects(notebook_chart, context(**changes))


@pytest.fixture
def render_namespace(namespace_chart: Chart) -> Render:
    """Renders the namespace chart with a context changed as told."""
    everything = {
        "namespace": "research",
        "labels": {"app.kubernetes.io/managed-by": "octavo"},
        "annotations": {},
        "owner": {"kind": "User", "name": "alice@example.com", "subject": ALICE},
        "quota": {"hard": {"requests.cpu": "64"}},
        "limits": [{"type": "Container", "default": {"cpu": "1"}}],
        "create": True,
        "values": {},
    }
    return lambda **changes: objects(namespace_chart, {**everything, **changes})


@pytest.fixture(name="pod")
def pod_fixture() -> Callable[..., Object]:
    return pod


@pytest.fixture
def ports() -> Callable[..., list[dict[str, Any]]]:
    """The notebook's own port and another."""

    def made(number: int, *, protocol: str = "TCP") -> list[dict[str, Any]]:
        other = port(f"http-{number}", number, f"/notebook/research/churn/ports/{number}")
        return [NOTEBOOK_PORT, {**other, "protocol": protocol}]

    return made
