"""What no release leaves to chance: on the server that is here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from controlplane.cluster import Cluster as Server

from sync import cluster as clusters
from sync.cluster import Cluster
from sync.fields import compare
from sync.memory import Memory
from sync.objects import GroupKind, key_of, uid
from sync.outcome import Action, Outcome
from sync.policy import Policy
from sync.seen import Seen, State
from sync.settle import Settler, Task
from tests.sync.kinds import definition, established

LABELS = {"app": "nb"}
AGENT = {"jackhoman.dev/agent": "octavo"}
GROUP = "versions.octavo.test"
ROUTE = GroupKind(GROUP, "Route")


@pytest.fixture
def client(cluster: Server) -> Iterator[Cluster]:
    found = clusters.connect(str(cluster.kubeconfig))
    yield found
    found.close()


def thing(server: Server, api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    meta = {"name": "nb", "namespace": server.namespace, "labels": AGENT}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, **fields}


def binding(server: Server, role: str) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    ref = {"apiGroup": group, "kind": "Role", "name": role}
    return thing(server, f"{group}/v1", "RoleBinding", roleRef=ref)


def workload(server: Server, strategy: dict[str, Any], service: str = "nb") -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": "base:1"}]}
    spec = {
        "serviceName": service,
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": pod},
        "updateStrategy": strategy,
    }
    return thing(server, "apps/v1", "StatefulSet", spec=spec)


def settled(client: Cluster, sent: dict[str, Any]) -> Outcome:
    """Settle an object that is there and was ours before git changed."""
    live = client.get(key_of(sent)) or {}
    seen = Seen(State.DIFFERENT, uid(live), compare(sent, live).differences)
    return Settler(client, Policy(), Memory()).settle(Task("d", sent, seen, new_in_git=True))


def test_a_binding_to_another_role_is_made_anew(cluster: Server, client: Cluster) -> None:
    before = client.apply(binding(cluster, "one"))
    outcome = settled(client, binding(cluster, "two"))
    after = client.get(key_of(before)) or {}
    assert (outcome.action, after["roleRef"]["name"]) == (Action.CHANGED, "two")
    assert uid(after) != uid(before)


def test_a_workload_is_never_made_anew(cluster: Server, client: Cluster) -> None:
    before = client.apply(workload(cluster, {"type": "OnDelete"}))
    outcome = settled(client, workload(cluster, {"type": "OnDelete"}, service="other"))
    assert (outcome.action, uid(client.get(key_of(before)) or {})) == (Action.FAILED, uid(before))
    assert "--cascade=orphan" in outcome.words


def test_what_a_secret_is_cannot_be_changed_and_that_is_said(
    cluster: Server, client: Cluster
) -> None:
    client.apply(thing(cluster, "v1", "Secret", type="a", data={"a": "aHVzaA=="}))
    outcome = settled(client, thing(cluster, "v1", "Secret", type="b", data={"a": "aHVzaA=="}))
    assert outcome.action is Action.FAILED
    assert outcome.words.endswith("(type: field is immutable)")


def test_a_strategy_with_defaults_beside_ours_can_be_changed(
    cluster: Server, client: Cluster
) -> None:
    """Some releases add `maxUnavailable` to it, which nobody owns."""
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    client.apply(workload(cluster, rolling))
    outcome = settled(client, workload(cluster, {"type": "OnDelete"}))
    live = client.get(key_of(workload(cluster, {}))) or {}
    assert (outcome.action, live["spec"]["updateStrategy"]) == (
        Action.CHANGED,
        {"type": "OnDelete"},
    )


@pytest.fixture
def route(control_plane: Server) -> str:
    """A kind that git renders in an older version than the server prefers."""
    text = definition(GROUP, "Route", versions=("v1", "v1beta1"))
    control_plane.apply(text, "--force-conflicts", manager="octavo-tests")
    established(control_plane, f"routes.{GROUP}")
    return f"{GROUP}/v1beta1"


def test_kinds_are_listed_in_the_version_that_git_means(
    cluster: Server, client: Cluster, route: str
) -> None:
    sent = thing(cluster, route, "Route", spec={"host": "a"})
    client.apply(sent)
    (theirs,) = next(client.list(ROUTE, namespace=cluster.namespace)).items
    assert theirs["apiVersion"] == f"{GROUP}/v1"
    assert not compare(sent, theirs).same
    client.resources.prefer({ROUTE: "v1beta1"})
    (ours,) = next(client.list(ROUTE, namespace=cluster.namespace)).items
    assert compare(sent, ours).differences == ()


@pytest.mark.usefixtures("route")
def test_a_version_that_is_not_served_is_nobodys_loss(client: Cluster) -> None:
    client.resources.prefer({ROUTE: "v2alpha1"})
    found = client.resources.find(ROUTE)
    assert found is not None
    assert found.api_version == f"{GROUP}/v1"
