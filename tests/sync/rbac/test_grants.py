"""With the rendered grants in place, people may do what their notebook's file says, and no more."""

from __future__ import annotations

from itertools import product
from typing import Any

from controlplane.cluster import Cluster, KubectlError

House = Any
ALICE = ("alice@example.com", ())
BOB = ("bob@example.com", ())
CAROL = ("carol@example.com", ())
DAVE = ("dave@example.com", ())
VIEWER = ("vera@example.com", ("research",))
AUDITOR = ("frank@example.com", ("finance",))
STRANGER = ("mallory@example.com", ("system:authenticated",))
EVERYBODY = (ALICE, BOB, CAROL, DAVE, VIEWER, AUDITOR, STRANGER)
NOTEBOOKS = ("churn", "resnet50", "ledger", "statistics", "statistics-2024")

SEES = (
    ("get", "notebooks/{}"),
    ("get", "statefulsets/{}"),
    ("get", "statefulsets/{}/scale"),
    ("get", "services/{}"),
    ("get", "pods/{}-0"),
    ("watch", "pods/{}-0"),
)
WORKS = (
    ("patch", "notebooks/{}"),
    ("update", "notebooks/{}"),
    ("create", "pods/{}-0/exec"),
    ("get", "pods/{}-0/exec"),
    ("create", "pods/{}-0/portforward"),
    ("get", "pods/{}-0/portforward"),
    ("get", "pods/{}-0/log"),
    ("delete", "pods/{}-0"),
    ("patch", "statefulsets/{}/scale"),
    ("update", "statefulsets/{}/scale"),
)
OWNS = (("delete", "notebooks/{}"),)
NOBODYS = (
    *product(("create", "update", "patch", "delete"), ("statefulsets/{}",)),
    *product(
        ("create", "update", "patch", "delete", "deletecollection"),
        (
            "secrets/{}",
            "configmaps/{}",
            "roles/{}-owner",
            "roles/{}-edit",
            "rolebindings/{}-owner",
            "serviceaccounts/{}",
            "services/{}",
            "controllerrevisions/{}",
            "persistentvolumeclaims/{}-home",
        ),
    ),
    *product(("escalate", "bind"), ("roles/{}-owner", "roles/{}-edit")),
    ("get", "secrets/{}"),
    ("list", "secrets/"),
    ("create", "serviceaccounts/{}/token"),
    ("create", "pods/{}-0"),
    ("update", "pods/{}-0"),
    ("patch", "pods/{}-0"),
    ("update", "pods/{}-0/ephemeralcontainers"),
    ("create", "pods/{}-0/attach"),
    ("create", "pods/{}-0/proxy"),
    ("update", "notebooks/{}/status"),
    ("patch", "notebooks/{}/status"),
    ("impersonate", "serviceaccounts/{}"),
)
# Verbs on every object of a kind, which no one notebook's grant may give.
ALL_OF_A_KIND = tuple(
    product(
        ("list", "watch", "create", "delete", "deletecollection", "patch"),
        ("notebooks/", "statefulsets/", "pods/", "pods//exec", "secrets/", "roles/"),
    )
)

Who = tuple[str, tuple[str, ...]]
ACCESS: dict[tuple[Who, str], tuple[tuple[str, str], ...]] = {
    (ALICE, "churn"): (*SEES, *WORKS, *OWNS),
    (BOB, "churn"): (*SEES, *WORKS),
    (VIEWER, "churn"): SEES,
    (BOB, "resnet50"): (*SEES, *WORKS, *OWNS),
    (AUDITOR, "ledger"): (*SEES, *WORKS, *OWNS),
    (DAVE, "statistics"): (*SEES, *WORKS),
    (CAROL, "statistics"): (*SEES, *WORKS, *OWNS),
    (CAROL, "statistics-2024"): (*SEES, *WORKS, *OWNS),
}


def test_everybody_may_do_with_each_notebook_what_its_file_says(house: House) -> None:
    expected = {
        (who, verb, what.format(name)): (verb, what) in ACCESS.get((who, name), ())
        for who, name in product(EVERYBODY, NOTEBOOKS)
        for verb, what in (*SEES, *WORKS, *OWNS)
    }
    assert sum(expected.values()) == 8 * len(SEES) + 7 * len(WORKS) + 5 * len(OWNS)
    assert house.answers(expected) == expected


def test_nobody_may_write_what_others_run_or_grant_themselves_anything(house: House) -> None:
    asked = [
        (who, verb, what.format(name))
        for who, name in product(EVERYBODY, NOTEBOOKS)
        for verb, what in NOBODYS
    ]
    granted = [each for each, allowed in house.answers(asked).items() if allowed]
    assert granted == []


def test_nobody_may_anything_with_all_objects_of_a_kind(house: House) -> None:
    asked = [(who, verb, what) for who in EVERYBODY for verb, what in ALL_OF_A_KIND]
    granted = [each for each, allowed in house.answers(asked).items() if allowed]
    assert granted == []


def test_kubectl_says_the_same_as_the_review(house: House) -> None:
    """The question as a person asks it, in one case of each kind."""

    def can_i(*words: str) -> bool:
        try:
            return bool(house.cluster.kubectl("auth", "can-i", *words).strip() == "yes")
        except KubectlError:
            return False

    alice, finance = f"--as={ALICE[0]}", ("--as=frank@example.com", "--as-group=finance")
    assert can_i("patch", "notebooks/churn", alice)
    assert not can_i("patch", "notebooks/resnet50", alice)
    assert can_i("create", "pods/churn-0", "--subresource=exec", alice)
    assert not can_i("create", "pods/resnet50-0", "--subresource=exec", alice)
    assert can_i("patch", "notebooks/ledger", *finance)
    assert not can_i("patch", "notebooks/ledger", finance[0])


STOP = ("--type=merge", '--patch={"spec":{"stopped":true}}')
LABEL = ("--type=merge", '--patch={"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}')
REQUESTS: dict[str, tuple[Who, tuple[str, ...], bool]] = {
    "the owner stops the Notebook": (ALICE, ("patch", "notebook/churn", *STOP), True),
    "who edits stops it": (BOB, ("patch", "notebook/churn", *STOP), True),
    "who views stops it": (VIEWER, ("patch", "notebook/churn", *STOP), False),
    "a neighbour stops it": (DAVE, ("patch", "notebook/churn", *STOP), False),
    "a stranger reads it": (STRANGER, ("get", "notebook/churn"), False),
    "who views reads it": (VIEWER, ("get", "notebook/churn"), True),
    "one of the owning group stops it": (AUDITOR, ("patch", "notebook/ledger", *STOP), True),
    "one of another group stops it": (VIEWER, ("patch", "notebook/ledger", *STOP), False),
    "the owner opens a shell": (ALICE, ("exec", "churn-0", "--container=main", "--", "id"), True),
    "a neighbour opens a shell": (ALICE, ("exec", "resnet50-0", "--", "id"), False),
    "who views opens a shell": (VIEWER, ("exec", "churn-0", "--", "id"), False),
    "the owner forwards a port": (ALICE, ("port-forward", "pod/churn-0", ":8888"), True),
    "a neighbour forwards a port": (ALICE, ("port-forward", "pod/resnet50-0", ":8888"), False),
    "the owner reads the log": (ALICE, ("logs", "churn-0", "--container=main"), True),
    "a neighbour reads the log": (ALICE, ("logs", "resnet50-0"), False),
    "who views reads the log": (VIEWER, ("logs", "churn-0", "--container=main"), False),
    "the owner scales": (ALICE, ("scale", "statefulset/churn", "--replicas=0"), True),
    "who views scales": (VIEWER, ("scale", "statefulset/churn", "--replicas=0"), False),
    "a neighbour scales": (ALICE, ("scale", "statefulset/resnet50", "--replicas=0"), False),
    "the owner patches the StatefulSet": (ALICE, ("patch", "sts/churn", *LABEL), False),
    "the owner makes a Secret": (ALICE, ("create", "secret", "generic", "mine"), False),
    "the owner makes a pod": (ALICE, ("run", "mine", "--image=i"), False),
    "the owner reads all pods": (ALICE, ("get", "pods"), False),
    "the owner edits a Role": (
        ALICE,
        ("create", "rolebinding", "mine", "--clusterrole=admin", "--user=alice@example.com"),
        False,
    ),
}


def test_requests_are_answered_as_granted(house: House) -> None:
    """What is allowed may still fail for want of a node, but not for want of a grant."""
    cluster: Cluster = house.cluster
    cluster.eventually(lambda: cluster.get("pod", "churn-0") is not None)
    cluster.eventually(lambda: cluster.get("pod", "resnet50-0") is not None)
    answered = {
        what: house.allows(who, *words) for what, (who, words, _allowed) in REQUESTS.items()
    }
    assert answered == {what: allowed for what, (_who, _words, allowed) in REQUESTS.items()}


def test_the_owner_restarts_and_stops_their_notebook(house: House) -> None:
    cluster: Cluster = house.cluster
    alice = f"--as={ALICE[0]}"

    def uid() -> str | None:
        found = cluster.get("pod", "churn-0")
        return found["metadata"]["uid"] if found else None

    cluster.eventually(lambda: uid() is not None)
    before = uid()
    cluster.kubectl("delete", "pod/churn-0", "--wait=false", "--grace-period=0", "--force", alice)
    cluster.eventually(lambda: uid() not in {None, before})
    cluster.kubectl("scale", "statefulset/churn", "--replicas=0", alice)
    cluster.eventually(lambda: uid() is None)
    cluster.kubectl("scale", "statefulset/churn", "--replicas=1", alice)
    cluster.eventually(lambda: uid() is not None)
