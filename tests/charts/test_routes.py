"""How a browser reaches a notebook, by each kind of routing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Object = Mapping[str, Any]
Render = Callable[..., dict[tuple[str, str], Object]]

ROUTES = {"VirtualService", "AuthorizationPolicy", "HTTPRoute", "Ingress"}
RSTUDIO = {
    "jackhoman.dev/rewrite": "/",
    "jackhoman.dev/root-path-header": "X-RStudio-Root-Path",
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", set()),
        ("istio", {"VirtualService", "AuthorizationPolicy"}),
        ("gateway", {"HTTPRoute"}),
        ("ingress", {"Ingress"}),
        ("ambassador", set()),
    ],
)
def test_each_kind_of_routing_has_its_own_objects(
    render: Render, kind: str, expected: set[str]
) -> None:
    assert {found for found, _ in render(route={"kind": kind})} & ROUTES == expected


@pytest.mark.parametrize("kind", ["istio", "gateway", "ingress", "ambassador"])
def test_a_pod_without_ports_has_no_route(render: Render, kind: str) -> None:
    found = {found for found, _ in render(route={"kind": kind}, ports=[])}
    assert found & ROUTES <= {"AuthorizationPolicy"}


def test_a_port_that_is_not_tcp_has_no_route(
    render: Render, ports: Callable[..., list[Object]]
) -> None:
    routed = ports(9000, protocol="UDP")
    for kind in ("istio", "gateway", "ingress", "ambassador"):
        bundle = render(route={"kind": kind}, ports=routed)
        assert "9000" not in "".join(
            str(value) for key, value in bundle.items() if key[0] in ROUTES
        )
        annotations = bundle["Service", "churn"]["metadata"].get("annotations", {})
        assert "9000" not in annotations.get("getambassador.io/config", "")


def test_istio_matches_the_other_ports_before_the_notebook_that_holds_them(
    render: Render,
) -> None:
    spec = render(route={"kind": "istio"})["VirtualService", "churn"]["spec"]
    assert spec == {
        "gateways": ["kubeflow/kubeflow-gateway"],
        "hosts": ["notebooks.example.com"],
        "http": [
            {
                "match": [{"uri": {"prefix": "/notebook/research/churn/ports/http-spark/"}}],
                "rewrite": {"uri": "/"},
                "route": [
                    {
                        "destination": {
                            "host": "churn.research.svc.cluster.local",
                            "port": {"number": 4040},
                        }
                    }
                ],
                "timeout": "300s",
            },
            {
                "match": [{"uri": {"prefix": "/notebook/research/churn/"}}],
                "route": [
                    {
                        "destination": {
                            "host": "churn.research.svc.cluster.local",
                            "port": {"number": 80},
                        }
                    }
                ],
                "timeout": "300s",
            },
        ],
    }


def test_istio_rewrites_and_sends_the_root_path_where_the_pod_asks_for_it(
    render: Render, pod: Callable[..., Object]
) -> None:
    bundle = render(route={"kind": "istio"}, pod=pod(RSTUDIO))
    route = bundle["VirtualService", "churn"]["spec"]["http"][-1]
    assert route["rewrite"] == {"uri": "/"}
    assert route["headers"] == {
        "request": {"set": {"X-RStudio-Root-Path": "/notebook/research/churn/"}},
    }


def test_a_kubeflow_notebook_that_asks_for_rewriting_gets_it(render: Render) -> None:
    annotations = {"notebooks.kubeflow.org/http-rewrite-uri": "/"}
    bundle = render(route={"kind": "istio"}, notebook={"annotations": annotations})
    assert bundle["VirtualService", "churn"]["spec"]["http"][-1]["rewrite"] == {"uri": "/"}


def test_a_gateway_route_leads_to_every_port(render: Render, pod: Callable[..., Object]) -> None:
    bundle = render(route={"kind": "gateway"}, pod=pod(RSTUDIO))
    spec = bundle["HTTPRoute", "churn"]["spec"]
    assert spec["parentRefs"] == [{"name": "kubeflow-gateway", "namespace": "kubeflow"}]
    assert spec["hostnames"] == ["notebooks.example.com"]
    whole, spark = spec["rules"]
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}
    root_path = {"name": "X-RStudio-Root-Path", "value": "/notebook/research/churn/"}
    assert whole == {
        "matches": [{"path": {"type": "PathPrefix", "value": "/notebook/research/churn"}}],
        "filters": [
            {"type": "URLRewrite", "urlRewrite": rewrite},
            {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [root_path]}},
        ],
        "backendRefs": [{"name": "churn", "port": 80}],
    }
    assert spark["backendRefs"] == [{"name": "churn", "port": 4040}]


def test_a_gateway_of_the_same_namespace_is_named_without_one(render: Render) -> None:
    spec = render(route={"kind": "gateway", "gateway": "web"})["HTTPRoute", "churn"]["spec"]
    assert spec["parentRefs"] == [{"name": "web"}]


def test_a_jupyter_behind_a_gateway_keeps_its_prefix(render: Render) -> None:
    whole, _ = render(route={"kind": "gateway"})["HTTPRoute", "churn"]["spec"]["rules"]
    assert "filters" not in whole


def test_an_ingress_leads_to_every_port(render: Render) -> None:
    ingress = render(route={"kind": "ingress", "annotations": {"example.com/login": "required"}})
    value = ingress["Ingress", "churn"]
    assert value["metadata"]["annotations"] == {"example.com/login": "required"}
    assert value["spec"]["ingressClassName"] == "nginx"
    assert value["spec"]["tls"] == [
        {"secretName": "notebooks-tls", "hosts": ["notebooks.example.com"]}
    ]
    (rule,) = value["spec"]["rules"]
    assert rule["host"] == "notebooks.example.com"
    assert [
        (path["path"], path["backend"]["service"]["port"]["number"])
        for path in rule["http"]["paths"]
    ] == [
        ("/notebook/research/churn", 80),
        ("/notebook/research/churn/ports/http-spark", 4040),
    ]


def test_an_ingress_without_host_class_and_certificate_leaves_them_out(render: Render) -> None:
    route = {"kind": "ingress", "host": "", "ingress_class": "", "tls_secret": ""}
    spec = render(route=route)["Ingress", "churn"]["spec"]
    assert spec.keys() == {"rules"}
    assert spec["rules"][0].keys() == {"http"}


def test_ambassador_reads_a_mapping_from_the_service(
    render: Render, ports: Callable[..., list[Object]]
) -> None:
    (main, *_) = ports(4040)
    bundle = render(
        name="training",
        namespace="resnet50",
        route={"kind": "ambassador"},
        ports=[{**main, "prefix": "/resnet50/training"}],
    )
    assert bundle["Service", "training"]["metadata"]["annotations"] == {
        "getambassador.io/config": (
            "---\n"
            "apiVersion: ambassador/v0\n"
            "kind:  Mapping\n"
            "name: resnet50_training_mapping\n"
            "prefix: /resnet50/training\n"
            "rewrite: /resnet50/training\n"
            "timeout_ms: 300000\n"
            "service: training.resnet50"
        )
    }


def test_ambassador_reads_one_mapping_a_port(render: Render) -> None:
    service = render(route={"kind": "ambassador"})["Service", "churn"]
    whole, spark = service["metadata"]["annotations"]["getambassador.io/config"].split("---\n")[1:]
    assert "name: research_churn_mapping\n" in whole
    assert spark.splitlines() == [
        "apiVersion: ambassador/v0",
        "kind:  Mapping",
        "name: research_churn_http-spark_mapping",
        "prefix: /notebook/research/churn/ports/http-spark",
        "rewrite: /",
        "timeout_ms: 300000",
        "service: churn.research:4040",
    ]


@pytest.mark.parametrize(
    ("kind", "host", "url"),
    [
        ("none", "notebooks.example.com", None),
        ("istio", "", None),
        ("istio", "nb.example.com", "https://nb.example.com/notebook/research/churn/"),
        ("ingress", "nb.example.com", "https://nb.example.com/notebook/research/churn/"),
    ],
)
def test_the_notebook_says_where_it_is_reached(
    render: Render, kind: str, host: str, url: str | None
) -> None:
    notebook = render(route={"kind": kind, "host": host})["Notebook", "churn"]
    assert notebook["metadata"]["annotations"].get("jackhoman.dev/url") == url


def test_annotations_of_the_route_stand_on_the_route_alone(render: Render) -> None:
    bundle = render(route={"kind": "istio", "annotations": {"example.com/login": "required"}})
    with_it = {
        key
        for key, value in bundle.items()
        if "example.com/login" in value["metadata"].get("annotations", {})
    }
    assert with_it == {("VirtualService", "churn")}
