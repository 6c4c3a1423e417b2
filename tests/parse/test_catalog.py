"""Templates, PodDefaults and Sizes, and where in the file their fragments stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from renderer.model.catalog import (
    DEFAULT_OVERRIDES,
    Home,
    Image,
    Match,
    Override,
    PodSecurity,
    Size,
)
from renderer.model.fragments import Dependency, OnConflict, Reference, Scheduling
from renderer.parse import parse_document
from renderer.position import Document, pack

Item = Callable[[str], Any]


def document(kind: str, spec: str) -> str:
    head = f"apiVersion: jackhoman.dev/v1beta1\nkind: {kind}\n"
    return f"{head}metadata: {{name: it, namespace: kubeflow}}\nspec:\n{spec}"


@pytest.mark.parametrize(
    ("written", "field", "expected"),
    [
        ("", "options", None),
        ("options: []", "options", ()),
        ("options: [a]", "options", (Reference("a"),)),
        ("required: [b/a]", "required", (Reference("a", "b"),)),
        ("", "sizes", None),
        ("sizes: [small]", "sizes", ("small",)),
        ("", "overrides", DEFAULT_OVERRIDES),
        ("overrides: []", "overrides", frozenset()),
        ("overrides: [env]", "overrides", frozenset({Override.ENV})),
        ("", "pod_security", PodSecurity.BASELINE),
        ("podSecurity: restricted", "pod_security", PodSecurity.RESTRICTED),
        ("", "namespaces", ("*",)),
        ("namespaces: [a-*]", "namespaces", ("a-*",)),
        ("", "network_policy", None),
        ("networkPolicy: false", "network_policy", False),
        ("home: {size: 1Gi, mountPath: /h}", "home", Home("1Gi", "/h")),
        (
            "home: {size: 5, mountPath: /h, maxSize: 9, storageClassName: s}",
            "home",
            Home("5", "/h", "s", "9"),
        ),
        (
            'images: [{id: a, image: "a:1", redirect: {to: b, message: m}}, {id: b, image: "b:1"}]',
            "images",
            (Image("a", "a:1", redirect_to="b", redirect_message="m"), Image("b", "b:1")),
        ),
        ("deprecated: use other", "deprecated", "use other"),
        ("limits: {cpu: 2}", "limits", {"cpu": 2}),
        ("parameters: {type: object}", "parameters", {"type": "object"}),
    ],
)
def test_a_field_of_a_template_is_read(
    item: Item, written: str, field: str, expected: object
) -> None:
    assert getattr(item(document("Template", f"  template: {{}}\n  {written}")), field) == expected


def test_a_poddefault_may_consist_of_dependencies_alone(item: Item) -> None:
    dependencies = "[{apiVersion: v1, kind: Secret, name: s}]"
    fragment = item(document("PodDefault", f"  dependencies: {dependencies}")).fragment
    assert fragment.template == {}
    assert fragment.on_conflict is OnConflict.FAIL
    assert fragment.dependencies == (Dependency("v1", "Secret", "s", "kubeflow"),)


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("", {"team-a", "team-b", "lab"}),
        (", namespaces: [team-*]", {"team-a", "team-b"}),
        (", namespaces: [team-b, lab]", {"team-b", "lab"}),
        (", namespaces: []", set()),
    ],
)
def test_a_dependency_says_which_namespaces_may_receive_it(
    item: Item, written: str, allowed: set[str]
) -> None:
    text = f"  dependencies: [{{apiVersion: v1, kind: Secret, name: s{written}}}]"
    (dependency,) = item(document("PodDefault", text)).fragment.dependencies
    assert {each for each in ("team-a", "team-b", "lab") if dependency.may_go_to(each)} == allowed
    assert dependency == Dependency("v1", "Secret", "s", "kubeflow"), "it is the same object"


def test_a_poddefault_says_that_it_overrides(item: Item) -> None:
    fragment = item(document("PodDefault", "  onConflict: Override")).fragment
    assert fragment.on_conflict is OnConflict.OVERRIDE


@pytest.mark.parametrize(
    ("written", "scheduling"),
    [
        ("", Scheduling.REPLACE),
        ("scheduling: Replace", Scheduling.REPLACE),
        ("scheduling: Add", Scheduling.ADD),
    ],
)
def test_a_poddefault_says_whether_it_adds_its_scheduling(
    item: Item, written: str, scheduling: Scheduling
) -> None:
    text = f"  displayName: a\n  {written}"
    assert item(document("PodDefault", text)).fragment.scheduling is scheduling


def test_a_template_offers_sizes_of_any_name(item: Item) -> None:
    template = item(
        document("Template", "  sizes: [Small, X Large]\n  defaultSize: X Large\n  template: {}")
    )
    assert (template.sizes, template.default_size) == (("Small", "X Large"), "X Large")


def test_labels_and_selector_of_a_match_become_requirements(item: Item) -> None:
    spec = """
  match:
    users: [a*]
    labels: {x: "1"}
    selector:
      matchLabels: {v: "2"}
      matchExpressions: [{key: z, operator: Exists}, {key: w, operator: In, values: [a, b]}]
"""
    assert item(document("PodDefault", spec)).match == Match(
        users=("a*",),
        labels=(
            ("x", "In", ("1",)),
            ("v", "In", ("2",)),
            ("z", "Exists", ()),
            ("w", "In", ("a", "b")),
        ),
    )


def test_a_plain_list_of_a_size_sets_requests_and_limits(item: Item) -> None:
    size = item(document("Size", "  resources: {cpu: 1, memory: 2Gi}"))
    amounts = {"cpu": 1, "memory": "2Gi"}
    resources = {"requests": amounts, "limits": amounts}
    assert size.resources == amounts
    assert size.fragment.template == {
        "spec": {"containers": [{"name": "main", "resources": resources}]}
    }


def test_requests_and_limits_of_a_size_are_taken_as_they_are(item: Item) -> None:
    size = item(document("Size", "  resources: {limits: {cpu: 2}}"))
    [main] = size.fragment.template["spec"]["containers"]
    assert main["resources"] == {"limits": {"cpu": 2}}


def test_a_size_keeps_its_template_beside_its_resources(item: Item) -> None:
    spec = """
  resources: {limits: {cpu: 2}}
  template:
    metadata: {labels: {a: b}}
    spec:
      nodeSelector: {pool: big}
      containers: [{name: log}, {name: main, tty: true}]
"""
    assert item(document("Size", spec)).fragment.template == {
        "metadata": {"labels": {"a": "b"}},
        "spec": {
            "nodeSelector": {"pool": "big"},
            "containers": [
                {"name": "log"},
                {"name": "main", "tty": True, "resources": {"limits": {"cpu": 2}}},
            ],
        },
    }


def test_every_amount_of_a_size_knows_its_line(item: Item) -> None:
    spec = """
  resources:
    cpu: 1
    memory: 2Gi
  template:
    spec:
      nodeSelector: {pool: big}
"""
    origin = item(document("Size", spec)).fragment.origin
    main = ("spec", "containers", 0)
    assert origin.at((*main, "resources", "requests", "cpu")).line == 7
    assert origin.at((*main, "resources", "limits", "memory")).line == 8
    assert origin.at((*main, "name")).line == 6
    assert origin.at(("spec", "nodeSelector", "pool")) == ("file.yaml", 11, 22)


def test_what_has_no_place_of_its_own_is_where_its_document_is() -> None:
    spec = {"resources": {"cpu": 1}}
    written = {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Size",
        "metadata": {"name": "small", "namespace": "kubeflow"},
        "spec": spec,
    }
    size = parse_document(Document("file.yaml", written, (pack(6, 2), None))).item
    assert isinstance(size, Size)
    place = ("spec", "containers", 0, "resources", "limits", "cpu")
    assert size.fragment.origin.at(place) == ("file.yaml", 7, 3)


def test_a_size_of_nothing_is_an_empty_fragment(item: Item) -> None:
    assert item(document("Size", "  displayName: Default")).fragment.template == {}
