"""Whatever the charts make is what Kubernetes, Istio and the Gateway API take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from renderer.schema import kubernetes
from renderer.yamlio import load_all

Object = Mapping[str, Any]
Bundle = dict[tuple[str, str], Object]
Render = Callable[..., Bundle]

CRDS = Path(__file__).parents[3] / "shared" / "crds"
DEFINITIONS = {
    "VirtualService": "istio-virtualservice.yaml",
    "AuthorizationPolicy": "istio-authorizationpolicy.yaml",
    "HTTPRoute": "gateway-httproutes.yaml",
}
KINDS = ["none", "istio", "gateway", "ingress", "ambassador"]

CONTEXTS: dict[str, dict[str, Any]] = {
    "everything": {},
    "stopped": {"notebook": {"stopped": True}},
    "always up to date": {"notebook": {"update_policy": "Always"}},
    "nobody's": {
        "owner": None,
        "editors": [],
        "viewers": [],
        "allowed_users": [],
        "allowed_groups": [],
    },
    "a group's": {"allowed_users": [], "allowed_groups": ["students", "staff"]},
    "without claims": {"claims": []},
    "without ports": {"ports": []},
    "without a history": {"revisions": []},
    "with somebody else's account": {"service_account": {"name": "trainer", "create": False}},
}

every_context = pytest.mark.parametrize("changes", CONTEXTS.values(), ids=list(CONTEXTS))
every_version = pytest.mark.parametrize("version", kubernetes.versions())


def is_ours_or_anothers(value: Object) -> bool:
    group: str = value["apiVersion"].rpartition("/")[0]
    return group.endswith((".dev", ".istio.io")) or value["kind"] == "HTTPRoute"


@every_version
@every_context
def test_kubernetes_takes_every_object(
    render: Render, changes: dict[str, Any], version: str
) -> None:
    core = 0
    for kind in KINDS:
        for value in render(route={"kind": kind}, **changes).values():
            if not is_ours_or_anothers(value):
                core += 1
                assert kubernetes.check_object(value, version) == []
    assert core > len(KINDS)


@every_version
def test_kubernetes_takes_what_a_namespace_is_given(render_namespace: Render, version: str) -> None:
    bundle = render_namespace()
    assert len(bundle) == 5
    for value in bundle.values():
        assert kubernetes.check_object(value, version) == []


def test_an_object_that_kubernetes_refuses_is_noticed(render: Render) -> None:
    (version, *_) = kubernetes.versions()
    service = render()["Service", "churn"]
    wrong = {**service, "spec": {**service["spec"], "port": []}}
    assert kubernetes.check_object(wrong, version)


def schema_of(value: Object) -> dict[str, Any]:
    path = CRDS / DEFINITIONS[value["kind"]]
    if not path.exists():
        pytest.skip(f"no {path.name} beside the repository: {value['kind']} was not validated")
    (definition,) = (document.value for document in load_all(path.read_bytes(), path.name))
    version = value["apiVersion"].rpartition("/")[2]
    (served,) = (item for item in definition["spec"]["versions"] if item["name"] == version)
    assert served["served"]
    schema: dict[str, Any] = closed(served["schema"]["openAPIV3Schema"])
    return schema


def closed(schema: Any) -> Any:
    """The schema as the API server prunes by it: what it does not name is not allowed."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        if schema["properties"].keys() >= {"spec", "status"}:
            result["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {}}
        result.setdefault("additionalProperties", False)
    return result


def of_others(bundle: Bundle) -> Iterator[Object]:
    return (value for value in bundle.values() if value["kind"] in DEFINITIONS)


@every_context
@pytest.mark.parametrize("rewritten", [False, True], ids=["kept", "rewritten"])
@pytest.mark.parametrize("kind", ["istio", "gateway"])
def test_istio_and_the_gateway_api_take_every_route(
    render: Render,
    pod: Callable[..., Object],
    changes: dict[str, Any],
    kind: str,
    *,
    rewritten: bool,
) -> None:
    asked = {
        "jackhoman.dev/rewrite": "/",
        "jackhoman.dev/root-path-header": "X-RStudio-Root-Path",
    }
    bundle = render(route={"kind": kind}, pod=pod(asked if rewritten else {}), **changes)
    found = list(of_others(bundle))
    assert found or changes == {"ports": []}
    for value in found:
        errors = jsonschema_rs.validator_for(schema_of(value)).iter_errors(dict(value))
        assert [error.message for error in errors] == []


def test_a_route_that_istio_does_not_know_is_noticed(render: Render) -> None:
    route = render(route={"kind": "istio"})["VirtualService", "churn"]
    wrong = {**route, "spec": {**route["spec"], "gateway": "kubeflow/kubeflow-gateway"}}
    assert not jsonschema_rs.validator_for(schema_of(route)).is_valid(wrong)
