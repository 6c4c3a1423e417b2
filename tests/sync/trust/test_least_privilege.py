"""The agent does its whole work as the account that the chart installs, and can do no more."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import helm_python
import pytest
from controlplane.cluster import Cluster, namespace

from tests.sync.program import Done
from tests.sync.prune.house import House, config_map, members

Object = Mapping[str, Any]
RBAC = "rbac.authorization.k8s.io"
ACCOUNT = "octavo-agent"
ROOT = Path(__file__).parents[3]
FLAGS = ("--kinds", "--namespaces", "--dependency-sources", "--conflicts")


@dataclass(frozen=True, slots=True)
class Installed:
    """The account's kubeconfig, and the flags that the chart starts the agent with."""

    house: House
    kubeconfig: Path
    flags: tuple[str, ...]

    def sync(self, *words: str) -> Done:
        everywhere = (
            () if any("--namespaces" in each for each in self.flags) else ("--namespaces=*",)
        )
        return self.house.sync(*self.flags, *everywhere, *words, kubeconfig=self.kubeconfig)


Install = Callable[[Object], Installed]


@pytest.fixture
def catalog(cluster: Cluster) -> Iterator[str]:
    name = f"{cluster.namespace}-catalog"
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    for each in ("database", "hidden"):
        words = ("create", "secret", "generic", each, "--from-literal=password=one")
        cluster.kubectl(*words, f"--namespace={name}")
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def install(house: House) -> Iterator[Install]:
    """The grants of the chart for an account with a token; no pod runs here."""
    made: list[Object] = []
    cluster = house.cluster

    def installed(values: Object) -> Installed:
        kubeconfig = cluster.as_service_account(ACCOUNT)
        objects = rendered(values, cluster.namespace)
        for each in objects:
            if each["apiVersion"].startswith(RBAC):
                made.append(each)
                where = each["metadata"].get("namespace", cluster.namespace)
                cluster.apply(json.dumps(each), f"--namespace={where}")
        return Installed(house, kubeconfig, tuple(flags(objects)))

    yield installed
    for each in made:
        where = each["metadata"].get("namespace", cluster.namespace)
        words = ("delete", each["kind"], each["metadata"]["name"], "--wait=false")
        cluster.kubectl(*words, f"--namespace={where}")


def rendered(values: Object, release: str) -> list[Object]:
    """What Helm itself makes of the chart."""
    given = {
        **values,
        "source": {"repository": "https://git.example.com/notebooks.git"},
        "serviceAccount": {"create": False, "name": ACCOUNT},
        "fullnameOverride": release,
    }
    chart = helm_python.Chart.load(ROOT / "charts" / "sync-agent")
    files = chart.render(given, name="octavo", namespace=release)
    documents = (
        document
        for name, text in files.items()
        if name.endswith(".yaml")
        for document in re.split(r"^---$", text, flags=re.MULTILINE)
    )
    return [found for each in documents if (found := helm_python.values_from_yaml(each))]


def flags(objects: list[Object]) -> Iterator[str]:
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    for each in container["args"]:
        if each.partition("=")[0] in FLAGS:
            yield each


def values(house: House, catalog: str, *, narrow: bool) -> Object:
    return {
        "namespaces": [house.namespace] if narrow else [],
        "copies": {"secrets": True, "configMaps": True},
        "dependencies": [{"namespace": catalog, "secrets": ["database"]}],
    }


def need(catalog: str, name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "name": name, "namespace": catalog}


@pytest.mark.parametrize("narrow", [True, False])
def test_it_applies_copies_and_prunes(
    install: Install, house: House, catalog: str, narrow: bool
) -> None:
    agent = install(values(house, catalog, narrow=narrow))
    house.put("churn", needs=[need(catalog, "database")], readers=["bob"])
    house.put("sales")

    house.cluster.eventually(lambda: agent.sync().code == 0)

    assert all(house.has("notebook/churn", *members("churn"), *members("sales")))
    copy = house.get("secret/database")["data"]
    assert copy == {"password": b64encode(b"one").decode()}
    assert "nothing to do" in agent.sync().out

    house.remove("churn")
    ran = agent.sync()

    assert ran.code == 0, ran.said
    house.gone("notebook/churn", *members("churn"), "rolebinding/churn-view", "secret/database")
    assert all(house.has("persistentvolumeclaim/churn-home", *members("sales")))


@pytest.mark.parametrize(
    "rule",
    [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]},
        {"apiGroups": [RBAC], "resources": ["roles"], "verbs": ["escalate"]},
    ],
)
def test_it_grants_nothing_that_it_does_not_hold(
    install: Install, house: House, catalog: str, rule: Object
) -> None:
    agent = install(values(house, catalog, narrow=True))
    house.put("sales")
    house.cluster.eventually(lambda: agent.sync().code == 0)
    house.put("churn")
    (file,) = house.place("churn").glob("role-churn-owner.*")
    role = json.loads(file.read_text())
    file.write_text(json.dumps({**role, "rules": [rule]}))
    house.put("third")

    ran = agent.sync()

    assert ran.code == 1
    assert f"Role {house.namespace}/churn-owner: " in ran.out
    assert "not currently held" in ran.out
    assert house.has("role/churn-owner", "rolebinding/churn-owner") == [False, False]
    assert all(house.has("statefulset/churn", *members("sales"), *members("third")))


def test_what_it_may_not_read_is_not_copied(install: Install, house: House, catalog: str) -> None:
    agent = install(values(house, catalog, narrow=True))
    house.put("churn", needs=[need(catalog, "hidden")])
    house.put("sales")

    house.cluster.eventually(lambda: agent.sync().out.count("\nfailed") == 0)
    ran = agent.sync()

    assert ran.code == 1
    assert f"Secret {catalog}/hidden may not be read: grant the agent `get` on it" in ran.out
    assert house.has("secret/hidden", "statefulset/churn") == [False, True]
    assert all(house.has(*members("sales")))


def test_a_kind_that_it_may_not_list_keeps_everything(
    install: Install, house: House, catalog: str
) -> None:
    """The operator names a kind that the chart granted nothing of."""
    agent = install(values(house, catalog, narrow=True))
    house.put("churn", config_map(house.namespace, "settings"))
    house.put("sales")
    (kinds,) = [each for each in agent.flags if each.startswith("--kinds=")]
    more = f"{kinds},Endpoints"
    house.cluster.eventually(lambda: agent.sync().code == 0)
    house.remove("churn")

    ran = agent.sync(more)

    assert ran.code == 1
    assert "nothing was removed: Endpoints cannot be listed" in ran.err
    assert all(house.has("notebook/churn", *members("churn"), "configmap/settings"))
    assert agent.sync().code == 0
    house.gone("notebook/churn", *members("churn"), "configmap/settings")
