"""What the revisions of a bundle need, and whether they may have it."""

from __future__ import annotations

from typing import Any

import pytest

from sync import copies
from sync.bundles import Bundle
from sync.bundles.model import packed
from sync.copies import Need, allowed, clashes
from sync.errors import BundleError
from sync.objects import Key
from sync.policy import Policy

DIRECTORY = "notebooks/research/resnet50"
SECRET = {"apiVersion": "v1", "kind": "Secret", "name": "pull", "namespace": "kubeflow"}
MODEL = {"apiVersion": "ml.example.org/v1alpha1", "kind": "Model", "name": "a.b", "namespace": "ml"}


def revision(name: str, data: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "research"}
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "data": data,
    }


def bundle(*objects: dict[str, Any]) -> Bundle:
    members = tuple(packed(each, f"{each['metadata']['name']}.yaml") for each in objects)
    return Bundle(DIRECTORY, "research", "resnet50", "oid", members)


def needs(*listed: Any) -> list[Need]:
    return copies.needs(bundle(revision("rev-1", {"dependencies": list(listed)})))


def need(
    name: str = "pull",
    source: str = "kubeflow",
    *,
    group: str = "",
    kind: str = "Secret",
    target: str = "research",
) -> Need:
    revision = Key("apps", "ControllerRevision", target, f"rev-{source}-{name}")
    return Need(Key(group, kind, source, name), "v1", revision, f"notebooks/{target}/{source}")


def test_each_revision_needs_what_it_lists() -> None:
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": "research"},
    }
    found = copies.needs(
        bundle(
            {**config, "data": {"dependencies": [SECRET]}},
            revision("rev-1", {"dependencies": [SECRET, MODEL, SECRET]}),
            revision("rev-2", {"dependencies": [SECRET]}),
            revision("rev-3", {"fragments": []}),
        )
    )

    one, two = (Key("apps", "ControllerRevision", "research", f"rev-{each}") for each in (1, 2))
    secret, model = (
        Key("", "Secret", "kubeflow", "pull"),
        Key("ml.example.org", "Model", "ml", "a.b"),
    )
    assert found == [
        Need(secret, "v1", one, DIRECTORY),
        Need(model, "ml.example.org/v1alpha1", one, DIRECTORY),
        Need(secret, "v1", two, DIRECTORY),
    ]
    assert found[0].target == Key("", "Secret", "research", "pull")


def test_what_is_in_the_namespace_already_is_not_copied() -> None:
    assert needs({**SECRET, "namespace": "research"}) == []


@pytest.mark.parametrize("data", [None, {}, [], "text", {"dependencies": []}])
def test_a_revision_may_need_nothing(data: Any) -> None:
    assert copies.needs(bundle(revision("rev-1", data))) == []


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ("pull", " is no mapping of apiVersion, kind, name, namespace"),
        ({}, ".apiVersion is missing"),
        (
            {**SECRET, "apiVersion": "v1/../.."},
            ".apiVersion is not fit for a Kubernetes apiVersion",
        ),
        ({**SECRET, "kind": "secrets/x"}, ".kind is not fit for a Kubernetes kind"),
        ({**SECRET, "name": "../pods"}, ".name is not fit for a Kubernetes name"),
        ({**SECRET, "name": "a" * 254}, ".name is not fit for a Kubernetes name"),
        ({**SECRET, "name": None}, ".name is not fit for a Kubernetes name"),
        ({**SECRET, "namespace": ""}, ".namespace is not fit for a Kubernetes namespace"),
        ({**SECRET, "namespace": "a/b"}, ".namespace is not fit for a Kubernetes namespace"),
        ({**SECRET, "as": "x", "all": 1}, " has fields that are not known: all, as"),
    ],
)
def test_an_entry_that_means_nothing_makes_the_bundle_wrong(listed: Any, words: str) -> None:
    with pytest.raises(BundleError) as caught:
        needs(SECRET, listed)

    assert str(caught.value) == f"{DIRECTORY}/rev-1.yaml: data.dependencies[1]{words}"


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BundleError) as caught:
        copies.needs(
            bundle(
                revision("rev-1", {"dependencies": {"a": "b"}}),
                revision("rev-2", {"dependencies": ["x", "y"]}),
            )
        )

    shape = "is no mapping of apiVersion, kind, name, namespace"
    assert str(caught.value).splitlines() == [
        f"{DIRECTORY}/rev-1.yaml: data.dependencies is no list",
        f"{DIRECTORY}/rev-2.yaml: data.dependencies[0] {shape}",
        f"{DIRECTORY}/rev-2.yaml: data.dependencies[1] {shape}",
    ]


@pytest.mark.parametrize(
    "other",
    [
        need(),
        need("other", "shared"),
        need(source="shared", target="teaching"),
        need(source="shared", kind="ConfigMap"),
        need(source="shared", group="other.example.org"),
    ],
    ids=["the same", "another name", "another target", "another kind", "another group"],
)
def test_both_needs_can_be_met(other: Need) -> None:
    assert clashes([need(), other]) == ([need(), other], [])


def test_the_first_of_two_sources_has_the_name() -> None:
    one, two, again = need(), need(source="shared"), need()

    met, others = clashes([one, two, again])

    assert met == [one, again]
    assert others == [
        (
            two,
            "Secret shared/pull would be copied over Secret kubeflow/pull, which"
            " notebooks/research/kubeflow needs in research: one of the two needs another name",
        )
    ]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (need(), None),
        (need(kind="ConfigMap"), None),
        (need(group="ml.example.org", kind="Model"), None),
        (
            need(source="finance"),
            "Secret finance/pull is not in a namespace that dependencies may be copied from",
        ),
        (
            need(source="kube-system"),
            "Secret kube-system/pull is not in a namespace that dependencies may be copied from",
        ),
        (
            need(kind="ServiceAccount"),
            "a ServiceAccount grants or runs something, and is never copied; put it into the chart",
        ),
    ],
)
def test_what_may_not_be_copied_is_not_even_read(wanted: Need, words: str | None) -> None:
    assert allowed(wanted, Policy(dependency_sources=("kube*",))) == words
