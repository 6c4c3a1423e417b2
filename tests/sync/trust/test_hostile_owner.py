"""Whatever an owner writes on their Notebook: nothing widens, what is revoked ends, it all goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from controlplane.cluster import Cluster, namespace

from sync.marks import applyset_id
from tests.sync.prune.house import House, config_map, hold, members

OTHERS = ("secret/hers", "configmap/hers", "notebook/sales", *members("sales"))
MOST_ANNOTATED = 256 * 1024
Deed = Callable[[House], None]


def alice(house: House, *words: str, stdin: str = "") -> str:
    """The owner, with the rights that the bundle grants and no others."""
    return house.cluster.kubectl("--as=alice", *words, stdin=stdin)


def patch(house: House, **metadata: Any) -> None:
    body = json.dumps({"metadata": metadata})
    alice(house, "patch", "notebook", "churn", "--type=merge", f"--patch={body}")


def steps(house: House, *operations: Mapping[str, Any]) -> None:
    body = json.dumps(list(operations))
    alice(house, "patch", "notebook", "churn", "--type=json", f"--patch={body}")


def forget_managers(house: House) -> None:
    steps(house, {"op": "replace", "path": "/metadata/managedFields", "value": [{}]})


def apply_as(house: House, manager: str, **content: Any) -> None:
    """With the name of somebody else's field manager."""
    notebook = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "metadata": {"name": "churn", "namespace": house.namespace, **content.pop("metadata", {})},
        **content,
    }
    flags = ("--server-side", "--force-conflicts", "--validate=false", f"--field-manager={manager}")
    alice(house, "apply", "--filename=-", *flags, stdin=json.dumps(notebook))


def other_kinds(house: House) -> None:
    patch(
        house,
        annotations={
            "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Namespace,Secret",
            "applyset.kubernetes.io/additional-namespaces": "default,kube-system",
        },
    )


def another_set(house: House) -> None:
    other = applyset_id(house.namespace, "sales")
    patch(house, labels={"applyset.kubernetes.io/id": other})


def part_of_another(house: House) -> None:
    other = applyset_id(house.namespace, "sales")
    patch(house, labels={"applyset.kubernetes.io/part-of": other})


def another_tool(house: House) -> None:
    patch(house, annotations={"applyset.kubernetes.io/tooling": "kubectl/v1.32.0"})


def another_agent(house: House) -> None:
    patch(house, labels={"jackhoman.dev/agent": "other"})


def all_marks(house: House) -> None:
    patch(
        house,
        labels={
            "jackhoman.dev/copy": "true",
            "jackhoman.dev/namespace-bundle": house.namespace,
            "jackhoman.dev/notebook": "sales",
            "jackhoman.dev/revision-of": "sales",
        },
        annotations={"jackhoman.dev/keep": "true", "jackhoman.dev/conflicts": "force"},
    )


def suspended(house: House) -> None:
    patch(house, annotations={"jackhoman.dev/suspend": "true"})


def tracked(house: House) -> None:
    patch(house, annotations={"argocd.argoproj.io/tracking-id": "apps:x"})
    apply_as(house, "argocd-controller", spec={"stopped": True})


def unmanaged(house: House) -> None:
    forget_managers(house)


def unmanaged_and_another_agent(house: House) -> None:
    another_agent(house)
    another_tool(house)
    another_set(house)
    forget_managers(house)


def in_our_name(house: House) -> None:
    spec = {"templateRef": {"name": "base", "namespace": "catalog"}}
    apply_as(house, "octavo", metadata={"labels": {"jackhoman.dev/agent": "other"}}, spec=spec)


def full_of_annotations(house: House) -> None:
    """As many as the server takes, so that ours have no room."""
    found = house.get("notebook/churn")["metadata"]["annotations"]
    used = sum(len(key) + len(value) for key, value in found.items())
    room = MOST_ANNOTATED - used - len("a")
    apply_as(house, "alice", metadata={"annotations": {"a": "x" * room}})
    patch(house, annotations={"applyset.kubernetes.io/tooling": None})
    patch(house, annotations={"b": "x" * 20})


def held(house: House) -> None:
    hold(house, "notebook/churn")


def held_and_deleted(house: House) -> None:
    hold(house, "notebook/churn")
    alice(house, "delete", "notebook", "churn", "--wait=false")


DEEDS: list[Deed] = [
    other_kinds,
    another_set,
    part_of_another,
    another_tool,
    another_agent,
    all_marks,
    suspended,
    tracked,
    unmanaged,
    unmanaged_and_another_agent,
    in_our_name,
    full_of_annotations,
    held,
    held_and_deleted,
]
FINALIZED = {held, held_and_deleted}


@pytest.fixture
def elsewhere(cluster: Cluster) -> Iterator[str]:
    """Another namespace, with something in it."""
    name = f"{cluster.namespace}-elsewhere"
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(namespace(name)))
    cluster.kubectl("create", "configmap", "theirs", f"--namespace={name}")
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def people(house: House, binding: str) -> list[str]:
    return [each["name"] for each in house.get(f"rolebinding/{binding}").get("subjects") or []]


def may_patch(house: House) -> bool:
    found = house.cluster.kubectl("auth", "can-i", "patch", "notebook/churn", "--as=alice")
    return found.strip() == "yes"


@pytest.fixture
def others(house: House, elsewhere: str) -> Iterator[None]:
    """A neighbour's notebook and things; in the end they are as they were."""
    house.put("churn", readers=["bob"], services=["one"])
    house.put("sales")
    house.fine()
    house.cluster.kubectl("create", "configmap", "hers")
    house.cluster.kubectl("create", "secret", "generic", "hers")
    house.cluster.eventually(lambda: may_patch(house))
    before = house.uids(*OTHERS)
    yield
    assert house.uids(*OTHERS) == before
    assert house.cluster.kubectl("get", "configmap/theirs", f"--namespace={elsewhere}", "-oname")


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda each: each.__name__)
def test_what_is_revoked_ends_whatever_the_owner_wrote(deed: Deed, house: House) -> None:
    """It is another's now, and shared with nobody."""
    deed(house)
    house.put("churn", owner="carol", services=["two"])

    house.sync()

    assert people(house, "churn-owner") == ["carol"]
    assert people(house, "churn-view") == []
    assert house.has("role/churn-view") == [False]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda each: each.__name__)
def test_what_is_removed_goes_whatever_the_owner_wrote(deed: Deed, house: House) -> None:
    deed(house)
    house.remove("churn")

    house.sync()

    house.gone(*(each for each in members("churn") if each != "service/churn"))
    house.gone("service/one", "rolebinding/churn-view", "notebook/churn")
    assert (house.get("notebook/churn") == {}) == (deed not in FINALIZED)


class TestForgedObjects:
    """By somebody who may make things in the namespace, and knows how the agent marks its own."""

    def forge(self, house: House, obj: Mapping[str, Any], notebook: str, **metadata: Any) -> None:
        labels = {
            "jackhoman.dev/agent": house.agent,
            "jackhoman.dev/notebook": notebook,
            "applyset.kubernetes.io/part-of": applyset_id(house.namespace, notebook),
        }
        marked = {**obj, "metadata": {**obj["metadata"], "labels": labels, **metadata}}
        house.cluster.apply(json.dumps(marked), manager="octavo")

    def test_have_no_notebook_deleted_that_somebody_made(self, house: House) -> None:
        house.put("sales")
        house.fine()
        made = {
            "apiVersion": "jackhoman.dev/v1beta1",
            "kind": "Notebook",
            "metadata": {"name": "handmade", "namespace": house.namespace},
            "spec": {"templateRef": {"name": "base", "namespace": "catalog"}},
        }
        house.cluster.kubectl("create", "--filename=-", stdin=json.dumps(made))
        (uid,) = house.uids("notebook/handmade")
        owner = {
            "apiVersion": "jackhoman.dev/v1beta1",
            "kind": "Notebook",
            "name": "handmade",
            "uid": uid,
        }
        forged = config_map(house.namespace, "forged")
        self.forge(house, forged, "handmade", ownerReferences=[owner])

        house.fine()
        house.fine(f"{house.namespace}/handmade")

        assert house.uids("notebook/handmade") == [uid]
        assert house.has("notebook/sales") == [True]

    def test_of_another_notebook_cost_that_notebook_nothing(self, house: House) -> None:
        house.put("sales")
        house.fine()
        before = house.uids("notebook/sales", *members("sales"))
        self.forge(house, config_map(house.namespace, "forged"), "sales")

        house.fine()

        assert house.uids("notebook/sales", *members("sales")) == before

    def test_without_the_label_of_this_agent_are_left_alone(self, house: House) -> None:
        """Found by their set only, as when one notebook is named."""
        house.put("sales")
        house.fine()
        labels = {"applyset.kubernetes.io/part-of": applyset_id(house.namespace, "sales")}
        mine = config_map(house.namespace, "mine", labels=labels)
        house.cluster.apply(json.dumps(mine), manager="octavo")

        ran = house.fine(f"{house.namespace}/sales")

        assert house.has("configmap/mine") == [True]
        assert f"does not carry the label jackhoman.dev/agent={house.agent}" in ran.out

    def test_with_marks_alone_are_left_alone(self, house: House) -> None:
        house.put("sales")
        house.fine()
        labels = {
            "jackhoman.dev/agent": house.agent,
            "applyset.kubernetes.io/part-of": applyset_id(house.namespace, "sales"),
        }
        mine = config_map(house.namespace, "mine", labels=labels)
        house.cluster.kubectl("create", "--filename=-", stdin=json.dumps(mine))

        ran = house.fine()

        assert house.has("configmap/mine") == [True]
        assert "was not applied by this agent, whatever its labels say" in ran.out

    @pytest.mark.parametrize("revision", ["evil", "aaaaaaaaaa"])
    def test_that_are_revisions_ask_for_no_secret(
        self, house: House, elsewhere: str, revision: str
    ) -> None:
        house.cluster.kubectl("create", "secret", "generic", "password", f"--namespace={elsewhere}")
        wanted = {"apiVersion": "v1", "kind": "Secret", "name": "password", "namespace": elsewhere}
        forged = {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {"name": f"churn-rev-{revision}", "namespace": house.namespace},
            "revision": 1,
            "data": {"dependencies": [wanted]},
        }
        self.forge(house, forged, "churn")
        house.put("churn")

        house.sync()
        house.sync()

        assert house.has("notebook/churn", "secret/password") == [True, False]


class TestObjectsThatAreThereAlready:
    """Under the names that a bundle will use."""

    @pytest.mark.parametrize(
        "reference",
        [
            "controllerrevision/churn-rev-aaaaaaaaaa",
            "serviceaccount/churn",
            "role/churn-owner",
            "rolebinding/churn-owner",
            "service/churn",
            "statefulset/churn",
            "configmap/settings",
            "secret/token",
        ],
    )
    def test_stay_as_they_are(self, house: House, reference: str) -> None:
        secret = {**config_map(house.namespace, "token"), "kind": "Secret", "data": {"a": "b25l"}}
        house.put("churn", config_map(house.namespace, "settings"), secret)
        kind, _, name = reference.partition("/")
        (file,) = house.place("churn").glob(f"{kind}-{name}.*")
        theirs = json.loads(file.read_text())
        theirs["metadata"] = {**theirs["metadata"], "labels": {"theirs": "true"}}
        house.cluster.kubectl("create", "--filename=-", stdin=json.dumps(theirs))
        before = house.get(reference)
        house.put("sales")

        ran = house.sync()

        assert ran.code == 1
        assert "exists, and belongs to someone" in ran.out
        after = house.get(reference)
        assert after["metadata"]["labels"] == {"theirs": "true"}
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        assert after.get("rules") == before.get("rules")
        assert all(house.has("notebook/sales", *members("sales")))

    def test_that_are_roles_are_granted_to_nobody(self, house: House) -> None:
        words = ("create", "role", "churn-owner", "--verb=*", "--resource=secrets")
        house.cluster.kubectl(*words)
        house.put("churn")

        ran = house.sync()

        assert house.has("rolebinding/churn-owner") == [False]
        assert f"Role {house.namespace}/churn-owner, which it would grant, is not as git" in ran.out
        house.fine("--adopt")
        assert people(house, "churn-owner") == ["alice"]
        assert "secrets" not in json.dumps(house.get("role/churn-owner")["rules"])
