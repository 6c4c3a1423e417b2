"""Who may do what: grants in the cluster, the gate in front of the browser, and the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Object = Mapping[str, Any]
Bundle = dict[tuple[str, str], Object]
Render = Callable[..., Bundle]

OURS = "jackhoman.dev"
EVERYONE = ("owner", "edit", "view")
WORKERS = ("owner", "edit")

Request = tuple[str, str, str, str]

# verb, group, resource and name; and who may
GRANTS: list[tuple[Request, tuple[str, ...]]] = [
    (("get", OURS, "notebooks", "churn"), EVERYONE),
    (("watch", OURS, "notebooks", "churn"), EVERYONE),
    (("patch", OURS, "notebooks", "churn"), WORKERS),
    (("delete", OURS, "notebooks", "churn"), ("owner",)),
    (("patch", OURS, "notebooks/status", "churn"), ()),
    (("get", "apps", "statefulsets", "churn"), EVERYONE),
    (("get", "apps", "statefulsets/scale", "churn"), EVERYONE),
    (("patch", "apps", "statefulsets/scale", "churn"), WORKERS),
    (("patch", "apps", "statefulsets", "churn"), ()),
    (("update", "apps", "statefulsets", "churn"), ()),
    (("delete", "apps", "statefulsets", "churn"), ()),
    (("get", "apps", "controllerrevisions", "churn-rev-bcdfg24567"), EVERYONE),
    (("patch", "apps", "controllerrevisions", "churn-rev-bcdfg24567"), ()),
    (("get", "", "pods", "churn-0"), EVERYONE),
    (("watch", "", "pods", "churn-0"), EVERYONE),
    (("delete", "", "pods", "churn-0"), WORKERS),
    (("patch", "", "pods", "churn-0"), ()),
    (("get", "", "pods/log", "churn-0"), WORKERS),
    (("create", "", "pods/exec", "churn-0"), WORKERS),
    (("get", "", "pods/exec", "churn-0"), WORKERS),
    (("create", "", "pods/portforward", "churn-0"), WORKERS),
    (("patch", "", "pods/ephemeralcontainers", "churn-0"), ()),
    (("get", "", "services", "churn"), EVERYONE),
    (("patch", "", "services", "churn"), ()),
    (("get", "", "persistentvolumeclaims", "churn-home"), EVERYONE),
    (("delete", "", "persistentvolumeclaims", "churn-home"), ()),
    (("get", "", "secrets", "churn"), ()),
    (("create", "", "serviceaccounts/token", "churn"), ()),
    (("patch", "rbac.authorization.k8s.io", "roles", "churn-owner"), ()),
    (("bind", "rbac.authorization.k8s.io", "roles", "churn-owner"), ()),
]


def allows(role: Object, request: Request) -> bool:
    """What the API server decides about a request for one named object."""
    verb, group, resource, name = request
    return any(
        verb in rule["verbs"]
        and group in rule["apiGroups"]
        and resource in rule["resources"]
        and name in rule.get("resourceNames", [name])
        for rule in role["rules"]
    )


@pytest.mark.parametrize("level", EVERYONE)
@pytest.mark.parametrize(("request_", "who"), GRANTS)
def test_each_level_may_do_to_its_notebook_what_it_should(
    render: Render, level: str, request_: Request, who: tuple[str, ...]
) -> None:
    assert allows(render()["Role", f"churn-{level}"], request_) is (level in who)


@pytest.mark.parametrize("level", EVERYONE)
@pytest.mark.parametrize("request_", [request for request, _ in GRANTS])
def test_no_level_may_do_anything_to_a_neighbour(
    render: Render, level: str, request_: Request
) -> None:
    verb, group, resource, name = request_
    neighbour = name.replace("churn", "churn-2")
    assert neighbour != name
    assert not allows(render()["Role", f"churn-{level}"], (verb, group, resource, neighbour))


@pytest.mark.parametrize("level", EVERYONE)
@pytest.mark.parametrize("bare", [{"claims": []}, {"revisions": []}, {"ports": []}])
def test_every_rule_names_its_objects_and_no_rule_holds_a_star(
    render: Render, level: str, bare: Mapping[str, Any]
) -> None:
    for rule in render(**bare)["Role", f"churn-{level}"]["rules"]:
        assert rule["resourceNames"]
        assert all("*" not in words for words in rule.values())


def test_each_level_is_bound_to_its_people(render: Render) -> None:
    bundle = render()
    bound = {
        binding["roleRef"]["name"]: [subject["name"] for subject in binding["subjects"]]
        for (kind, _), binding in bundle.items()
        if kind == "RoleBinding"
    }
    assert bound == {
        "churn-owner": ["alice@example.com"],
        "churn-edit": ["bob@example.com"],
        "churn-view": ["students"],
    }
    assert {name for kind, name in bundle if kind == "Role"} == bound.keys()


def test_without_owner_and_sharing_there_are_no_grants(render: Render) -> None:
    bundle = render(owner=None, editors=[], viewers=[])
    assert not {kind for kind, _ in bundle} & {"Role", "RoleBinding"}


# --- the gate


def passes(policy: Object, principal: str, headers: Mapping[str, str]) -> bool:
    """What Istio decides, as its reference tells: any rule, all of its parts; no rule, nobody."""
    return any(_matches(rule, principal, headers) for rule in policy["spec"]["rules"])


def _matches(rule: Object, principal: str, headers: Mapping[str, str]) -> bool:
    sources = [item["source"]["principals"] for item in rule.get("from", [])]
    conditions = rule.get("when", [])
    return (not sources or any(_any(values, principal) for values in sources)) and all(
        _any(item["values"], headers.get(item["key"][len("request.headers[") : -1], ""))
        for item in conditions
    )


def _any(patterns: list[str], value: str) -> bool:
    return any(
        value != "" if pattern == "*"
        else value.startswith(pattern[:-1]) if pattern.endswith("*")
        else value.endswith(pattern[1:]) if pattern.startswith("*")
        else value == pattern
        for pattern in patterns
    )  # fmt: skip


GATEWAY = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
NEIGHBOUR = "cluster.local/ns/research/sa/other"


def gate(bundle: Bundle) -> Object:
    return bundle["AuthorizationPolicy", "churn"]


@pytest.mark.parametrize(
    ("principal", "headers", "may"),
    [
        (GATEWAY, {"kubeflow-userid": "alice@example.com"}, True),
        (GATEWAY, {"kubeflow-userid": "bob@example.com"}, True),
        (GATEWAY, {"kubeflow-userid": "mallory@example.com"}, False),
        (GATEWAY, {"kubeflow-userid": "xalice@example.com"}, False),
        (GATEWAY, {}, False),
        (NEIGHBOUR, {"kubeflow-userid": "alice@example.com"}, False),
        ("", {"kubeflow-userid": "alice@example.com"}, False),
        (GATEWAY, {"kubeflow-groups": "ml"}, True),
        (GATEWAY, {"kubeflow-groups": "ml,staff"}, True),
        (GATEWAY, {"kubeflow-groups": "staff,ml"}, True),
        (GATEWAY, {"kubeflow-groups": "html"}, False),
        (GATEWAY, {"kubeflow-groups": "mlops,staff"}, False),
        (NEIGHBOUR, {"kubeflow-groups": "ml"}, False),
    ],
)
def test_the_gate_opens_to_those_who_may_when_the_gateway_says_so(
    render: Render, principal: str, headers: Mapping[str, str], *, may: bool
) -> None:
    bundle = render(route={"kind": "istio"}, allowed_groups=["ml"])
    assert passes(gate(bundle), principal, headers) is may


def test_a_notebook_that_nobody_owns_opens_to_nobody(render: Render) -> None:
    bundle = render(
        route={"kind": "istio"},
        owner=None,
        editors=[],
        viewers=[],
        allowed_users=[],
        allowed_groups=[],
    )
    spec = gate(bundle)["spec"]
    assert (spec["action"], spec["rules"]) == ("ALLOW", [])


@pytest.mark.parametrize("name", ["*", "*@example.com", "al*", ""])
def test_a_name_that_would_be_a_pattern_opens_nothing(render: Render, name: str) -> None:
    bundle = render(route={"kind": "istio"}, allowed_users=[name], allowed_groups=[name])
    assert gate(bundle)["spec"]["rules"] == []


@pytest.mark.parametrize("told", [None, []])
def test_without_gateways_the_gate_believes_istios_own_only(
    render: Render, told: list[str] | None
) -> None:
    values = {} if told is None else {"gatewayPrincipals": told}
    policy = gate(render(route={"kind": "istio"}, values=values))
    assert not passes(policy, NEIGHBOUR, {"kubeflow-userid": "alice@example.com"})
    assert passes(policy, GATEWAY, {"kubeflow-userid": "alice@example.com"})


def test_an_installation_names_its_own_gateway(render: Render) -> None:
    policy = gate(render(route={"kind": "istio"}, values={"gatewayPrincipals": [NEIGHBOUR]}))
    assert passes(policy, NEIGHBOUR, {"kubeflow-userid": "alice@example.com"})
    assert not passes(policy, GATEWAY, {"kubeflow-userid": "alice@example.com"})


def test_the_gate_stands_before_this_notebooks_pod_only(render: Render) -> None:
    bundle = render(route={"kind": "istio"})
    selected = gate(bundle)["spec"]["selector"]["matchLabels"]
    assert selected == bundle["StatefulSet", "churn"]["spec"]["selector"]["matchLabels"]


# --- the network


def test_the_network_lets_in_the_notebook_itself_and_the_gateway(render: Render) -> None:
    bundle = render(route={"kind": "istio"})
    selector = {"matchLabels": bundle["StatefulSet", "churn"]["spec"]["selector"]["matchLabels"]}
    assert bundle["NetworkPolicy", "churn"]["spec"] == {
        "podSelector": selector,
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [
                    {"podSelector": selector},
                    {
                        "namespaceSelector": {
                            "matchLabels": {"kubernetes.io/metadata.name": "istio-system"},
                        }
                    },
                ]
            }
        ],
    }


@pytest.mark.parametrize(
    ("route", "values", "namespaces"),
    [
        ({"kind": "none"}, {}, []),
        ({"kind": "gateway", "gateway": "web/public"}, {}, ["web"]),
        ({"kind": "gateway", "gateway": "public"}, {}, ["research"]),
        ({"kind": "ingress"}, {}, ["ingress-nginx"]),
        ({"kind": "ambassador"}, {}, ["ambassador"]),
        ({"kind": "istio"}, {"gatewayNamespaces": ["edge", "dmz"]}, ["edge", "dmz"]),
    ],
)
def test_the_network_knows_where_the_gateway_lives(
    render: Render, route: Mapping[str, str], values: Mapping[str, Any], namespaces: list[str]
) -> None:
    policy = render(route=route, values=values)["NetworkPolicy", "churn"]
    (rule,) = policy["spec"]["ingress"]
    assert [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for peer in rule["from"][1:]
    ] == namespaces
    assert "podSelector" in rule["from"][0]


def test_no_network_policy_where_none_is_asked_for(render: Render) -> None:
    assert ("NetworkPolicy", "churn") not in render(network_policy=False)
