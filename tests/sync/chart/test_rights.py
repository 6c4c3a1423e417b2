"""The agent may do what the bundles ask of it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

Object = Mapping[str, Any]
Render = Callable[..., list[Object]]
Right = tuple[str, str, str]
READ = ("get", "list", "watch")
WRITE = (*READ, "create", "patch", "delete")
KEPT = ("PersistentVolumeClaim", "Namespace")
CLUSTER_WIDE = ("Namespace",)
NAME = "octavo:octavo-system:octavo-sync-agent"

# What no bundle asks for, and why the agent needs it nevertheless.
BESIDES: Mapping[Right, str] = {
    ("jackhoman.dev", "notebooks/status", "patch"): "says how a notebook is",
    ("", "events", "create"): "says what happened",
    ("", "events", "patch"): "says that it happened again",
}


def plural(kind: str) -> str:
    word = kind.lower()
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("s") else f"{word}s"


def group(obj: Object) -> str:
    return str(obj["apiVersion"]).rpartition("/")[0]


def rights(rules: Iterable[Object]) -> Iterator[Right]:
    for rule in rules:
        for api in rule["apiGroups"]:
            for resource in rule["resources"]:
                yield from ((api, resource, verb) for verb in rule["verbs"])


def asked(objects: Iterable[Object]) -> set[Right]:
    """What applying and pruning these takes, and what granting their Roles takes."""
    found: set[Right] = set()
    for obj in objects:
        if obj["kind"] not in CLUSTER_WIDE:
            verbs = WRITE[:-1] if obj["kind"] in KEPT else WRITE
            found |= {(group(obj), plural(obj["kind"]), verb) for verb in verbs}
        if obj["kind"] == "Role":
            found |= set(rights(obj["rules"]))
    return found


def named(objects: list[Object], kind: str, name: str) -> Object:
    (found,) = [o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name]
    return found


def held(objects: list[Object]) -> set[Right]:
    return set(rights(named(objects, "ClusterRole", NAME)["rules"]))


def allowed(objects: list[Object]) -> set[str]:
    """The kinds that the agent may apply, as it is called."""
    (agent,) = [each for each in objects if each["kind"] == "Deployment"]
    words = agent["spec"]["template"]["spec"]["containers"][0]["args"]
    (told,) = [word for word in words if word.startswith("--kinds=")]
    return set(told.removeprefix("--kinds=").split(","))


def roles(objects: Iterable[Object]) -> list[Object]:
    return [each for each in objects if each["kind"] in {"Role", "ClusterRole"}]


def everything(bundles: Mapping[str, list[Object]]) -> list[Object]:
    return [obj for objects in bundles.values() for obj in objects]


def test_the_bundles_of_this_test_hold_every_kind_of_the_charts(
    chart: Path, bundles: Mapping[str, list[Object]]
) -> None:
    files = [*chart.parent.glob("notebook/*.yaml"), *chart.parent.glob("namespace/*.yaml")]
    kinds = {
        kind
        for file in files
        for kind in re.findall(r"^kind: (\w+)$", file.read_text(), re.MULTILINE)
    }
    assert kinds == {obj["kind"] for obj in everything(bundles)}
    assert len(kinds) == 16
    levels = {o["metadata"]["name"] for o in everything(bundles) if o["kind"] == "Role"}
    assert levels == {"churn-owner", "churn-edit", "churn-view", "namespace-owner"}


def test_the_cluster_role_is_what_the_bundles_ask_for_and_a_listed_rest(
    render: Render, bundles: Mapping[str, list[Object]]
) -> None:
    wanted = asked(everything(bundles))
    assert held(render()) - wanted == set(BESIDES)
    assert wanted - held(render()) == set()


@pytest.mark.parametrize("route", ["istio", "gateway", "ingress", "ambassador"])
def test_a_route_that_is_not_used_is_not_granted(
    render: Render, bundles: Mapping[str, list[Object]], route: str
) -> None:
    assert held(render({"routing": [route]})) == asked(bundles[route]) | set(BESIDES)


def test_without_routes_none_is_granted(
    render: Render, bundles: Mapping[str, list[Object]]
) -> None:
    assert held(render({"routing": []})) == asked(bundles["none"]) | set(BESIDES)


def test_every_right_has_the_kinds_that_the_agent_is_told(
    render: Render, bundles: Mapping[str, list[Object]]
) -> None:
    """What it is told to list it may list: a forbidden LIST would keep it from pruning."""
    for routing in ([], ["istio"], ["istio", "gateway", "ingress", "ambassador"]):
        objects = render({"routing": routing})
        (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
        args = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        (told,) = [word for word in args if word.startswith("--kinds=")]
        chosen = everything({route: bundles[route] for route in ("none", *routing)})
        kinds = {".".join(filter(None, (obj["kind"], group(obj)))) for obj in chosen}
        assert set(told.removeprefix("--kinds=").split(",")) == kinds


def test_kinds_narrow_what_is_granted(render: Render) -> None:
    objects = render({"kinds": ["Service", "StatefulSet.apps"]})
    applied = {("", "services"), ("apps", "statefulsets")}
    besides = {("", "events", "create"), ("", "events", "patch")}
    pods = {("", "pods", verb) for verb in (*READ, "delete")}
    wanted = {(*each, verb) for each in applied for verb in WRITE}
    assert held(objects) == wanted | besides | pods


def test_kinds_of_other_charts_are_granted_when_they_are_named(render: Render) -> None:
    deployment = {"group": "apps", "kind": "Deployment", "resource": "deployments"}
    more = held(render({"extraKinds": [deployment]})) - held(render())
    assert more == {("apps", "deployments", verb) for verb in WRITE}


def test_what_services_make_for_a_notebook_is_granted_and_allowed(render: Render) -> None:
    spark = {"group": "radanalytics.io", "kind": "SparkCluster", "resource": "sparkclusters"}
    settings = {"group": "", "kind": "ConfigMap", "resource": "configmaps"}
    objects = render({"extraKinds": [spark, settings]})
    granted = {("radanalytics.io", "sparkclusters"), ("", "configmaps")}
    assert held(objects) - held(render()) == {(*each, verb) for each in granted for verb in WRITE}
    assert allowed(objects) - allowed(render()) == {"SparkCluster.radanalytics.io", "ConfigMap"}


@pytest.mark.parametrize("kind", ["secrets", "configMaps"])
def test_copies_are_granted_when_they_are_asked_for(render: Render, kind: str) -> None:
    more = held(render({"copies": {kind: True}})) - held(render())
    assert more == {("", kind.lower(), verb) for verb in WRITE}


def test_claims_are_deleted_only_where_that_is_asked_for(render: Render) -> None:
    more = held(render({"deleteClaims": True})) - held(render())
    assert more == {("", "persistentvolumeclaims", "delete")}


COMPANION: set[Right] = {
    *(("jackhoman.dev", "notebooks", verb) for verb in READ),
    ("jackhoman.dev", "notebooks/status", "patch"),
    *(("apps", each, verb) for each in ("controllerrevisions", "statefulsets") for verb in READ),
    *(("", "pods", verb) for verb in READ),
    *(("", "persistentvolumeclaims", verb) for verb in READ[:2]),
    *(("", "events", verb) for verb in ("create", "list")),
}


def test_a_companion_writes_copies_and_status_only(render: Render) -> None:
    assert held(render({"companion": True})) == COMPANION
    extra = [{"group": "apps", "kind": "Deployment", "resource": "deployments"}]
    assert held(render({"companion": True, "extraKinds": extra})) == COMPANION
    copying = render({"companion": True, "copies": {"secrets": True, "configMaps": True}})
    kinds = ("secrets", "configmaps")
    assert held(copying) - COMPANION == {("", each, verb) for each in kinds for verb in WRITE}
    rules = named(copying, "ClusterRole", f"{NAME}:cluster")["rules"]
    assert {verb for _, _, verb in rights(rules)} == {"get"}


def test_a_companion_is_told_that_it_is_one(render: Render) -> None:
    def told(values: Object) -> list[str]:
        (deployment,) = [each for each in render(values) if each["kind"] == "Deployment"]
        words: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        return words

    assert told({"companion": True}) == ["sync", "--watch", "--companion", *told({})[2:]]


def test_rules_of_ones_own_are_added_as_they_are(render: Render) -> None:
    rule = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get"]}
    more = held(render({"rbac": {"extraRules": [rule]}})) - held(render())
    assert more == {("batch", "jobs", "get")}


def test_of_the_cluster_it_sees_namespaces_and_its_own_definition(render: Render) -> None:
    rules = named(render(), "ClusterRole", f"{NAME}:cluster")["rules"]
    kube_system, definition, namespaces = rules
    assert kube_system["resourceNames"] == ["kube-system"]
    assert set(rights([kube_system])) == {("", "namespaces", "get")}
    assert definition["resourceNames"] == ["notebooks.jackhoman.dev"]
    assert set(rights([definition])) == {
        ("apiextensions.k8s.io", "customresourcedefinitions", "get")
    }
    assert set(rights([namespaces])) == {("", "namespaces", verb) for verb in WRITE[:-1]}


def test_of_the_cluster_it_sees_less_when_it_makes_no_namespaces(render: Render) -> None:
    rules = named(render({"kinds": ["Service"]}), "ClusterRole", f"{NAME}:cluster")["rules"]
    assert [rule["resourceNames"] for rule in rules] == [
        ["kube-system"],
        ["notebooks.jackhoman.dev"],
    ]


def bindings(objects: list[Object]) -> set[tuple[str, str, str, str]]:
    """Where (nowhere: everywhere), what kind of role, which, and for whom."""
    return {
        (
            each["metadata"].get("namespace", ""),
            each["roleRef"]["kind"],
            each["roleRef"]["name"],
            "/".join(f"{who['namespace']}/{who['name']}" for who in each["subjects"]),
        )
        for each in objects
        if each["kind"] in {"RoleBinding", "ClusterRoleBinding"}
    }


AGENT = "octavo-system/octavo-sync-agent"
ALWAYS = {
    ("", "ClusterRole", f"{NAME}:cluster", AGENT),
    ("", "ClusterRole", "system:discovery", AGENT),
    ("octavo-system", "Role", "octavo-sync-agent", AGENT),
}


def test_the_grant_is_for_the_whole_cluster_unless_namespaces_are_named(render: Render) -> None:
    assert bindings(render()) == ALWAYS | {("", "ClusterRole", NAME, AGENT)}
    assert bindings(render({"namespaces": ["a", "b"]})) == ALWAYS | {
        ("a", "ClusterRole", NAME, AGENT),
        ("b", "ClusterRole", NAME, AGENT),
    }


def test_named_namespaces_are_the_only_ones_that_it_makes_or_changes(render: Render) -> None:
    rules = named(render({"namespaces": ["a", "b"]}), "ClusterRole", f"{NAME}:cluster")["rules"]
    free = set(rights(rule for rule in rules if "resourceNames" not in rule))
    assert free == {("", "namespaces", "list"), ("", "namespaces", "watch")}
    (by_name,) = [rule for rule in rules if rule.get("resourceNames") == ["a", "b"]]
    assert set(rights([by_name])) == {("", "namespaces", v) for v in ("get", "create", "patch")}


def test_the_lease_is_one_and_in_its_own_namespace(render: Render) -> None:
    role = named(render(), "Role", "octavo-sync-agent")
    create, hold = role["rules"]
    assert role["metadata"]["namespace"] == "octavo-system"
    assert set(rights([create])) == {("coordination.k8s.io", "leases", "create")}
    assert hold["resourceNames"] == ["octavo-sync-agent"]
    assert {verb for _, _, verb in rights([hold])} == {"get", "update", "patch"}


def test_dependencies_are_read_by_name_in_their_own_namespace(render: Render) -> None:
    sources = [
        {"namespace": "kubeflow", "secrets": ["database", "s3"], "configMaps": ["pip"]},
        {"namespace": "shared", "secrets": [], "configMaps": ["ca"]},
        {"namespace": "nothing", "secrets": [], "configMaps": []},
    ]
    copies = {"secrets": True, "configMaps": True}
    objects = render({"dependencies": sources, "copies": copies})
    found = {
        each["metadata"]["namespace"]: [
            (rule["resources"], rule["resourceNames"], rule["verbs"]) for rule in each["rules"]
        ]
        for each in objects
        if each["kind"] == "Role" and each["metadata"]["name"] == f"{NAME}:dependencies"
    }
    assert found == {
        "kubeflow": [
            (["secrets"], ["database", "s3"], list(READ)),
            (["configmaps"], ["pip"], list(READ)),
        ],
        "shared": [(["configmaps"], ["ca"], list(READ))],
    }
    role = f"{NAME}:dependencies"
    assert {each for each in bindings(objects) if each[2] == role} == {
        ("kubeflow", "Role", role, AGENT),
        ("shared", "Role", role, AGENT),
    }


VARIED: list[Object] = [
    {},
    {"namespaces": ["a"], "lease": False},
    {"kinds": ["Service"], "routing": []},
    {
        "copies": {"secrets": True, "configMaps": True},
        "dependencies": [{"namespace": "kubeflow", "secrets": ["database"], "configMaps": []}],
        "deleteClaims": True,
    },
    {"companion": True, "copies": {"secrets": True}},
]


@pytest.mark.parametrize("values", VARIED)
def test_there_is_no_wildcard_and_no_way_to_more(render: Render, values: Object) -> None:
    found = roles(render(values))
    assert len(found) >= 2
    for role in found:
        for rule in role["rules"]:
            assert set(rule) <= {"apiGroups", "resources", "verbs", "resourceNames"}
            words = [word for part in rule.values() for word in part]
            assert not [word for word in words if "*" in word]
            assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"])
            assert rule.get("resourceNames") != []


def test_whoever_brings_their_own_grants_gets_none(render: Render) -> None:
    values = {
        "rbac": {"create": False},
        "copies": {"secrets": True},
        "dependencies": [{"namespace": "kubeflow", "secrets": ["database"]}],
    }
    objects = render(values)
    assert {each["kind"] for each in objects} == {"Deployment", "Service", "ServiceAccount"}
