"""`octavo.yaml` says what differs; silence means the defaults."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.model.settings import NamespacePolicy, Route, Routing, Settings
from renderer.model.subjects import Subject
from renderer.parse import parse_settings
from renderer.position import Document
from renderer.yamlio import load_all


def settings(text: str) -> Settings:
    [document] = load_all(text.encode(), "octavo.yaml")
    read, problems = parse_settings(document)
    assert problems == ()
    return read


def test_no_file_and_an_empty_file_are_the_defaults() -> None:
    assert parse_settings(None) == (Settings(), ())
    assert parse_settings(Document("octavo.yaml", None, (0, None))) == (Settings(), ())
    assert settings("{}") == Settings()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("istio", Route(Routing.ISTIO)),
        ("ambassador", Route(Routing.AMBASSADOR, prefix="")),
        ("{kind: ambassador, prefix: /nb}", Route(Routing.AMBASSADOR, prefix="/nb")),
        (
            "{kind: gateway, prefix: /, gateway: infra/public}",
            Route(Routing.GATEWAY, prefix="", gateway="infra/public"),
        ),
        ("{kind: ingress, prefix: /a/b/}", Route(Routing.INGRESS, prefix="/a/b")),
    ],
)
def test_a_route_is_a_kind_or_a_mapping(written: str, expected: Route) -> None:
    assert settings(f"routing: {written}").route == expected


@pytest.mark.parametrize(
    ("written", "field", "expected"),
    [
        ('kubernetes: "1.33"', "kubernetes", "1.33"),
        ("kubernetes: v1.33.2", "kubernetes", "1.33"),
        (
            "admins: [root, {kind: Group, name: g}]",
            "admins",
            (Subject("User", "root"), Subject("Group", "g")),
        ),
        ("output: out/all", "output", "out/all"),
        ("namespaces: {create: false}", "create_namespaces", False),
        ("namespaces: {allowed: [a-*]}", "allowed_namespaces", ("a-*",)),
        (
            "namespaces: {defaults: {labels: {a: b}}}",
            "namespace_defaults",
            NamespacePolicy(labels={"a": "b"}),
        ),
        (
            "namespaces: {policies: {a: {owner: alice, quota: {hard: {cpu: 2}}}}}",
            "namespaces",
            {"a": NamespacePolicy(Subject("User", "alice"), quota={"hard": {"cpu": 2}})},
        ),
        ("networkPolicy: true", "network_policy", True),
        ("revisionHistoryLimit: 0", "revision_history_limit", 0),
        ("clusterDomain: example.org", "cluster_domain", "example.org"),
        ("groups: {g: [alice]}", "groups", {"g": ("alice",)}),
        ("values: {any: [1]}", "values", {"any": [1]}),
    ],
)
def test_a_setting_is_read(written: str, field: str, expected: Any) -> None:
    assert getattr(settings(written), field) == expected


def test_with_a_problem_the_defaults_stand() -> None:
    [document] = load_all(b"networkPolicy: true\nvaleus: {}\n", "octavo.yaml")
    read, problems = parse_settings(document)
    assert read == Settings()
    assert [str(problem.position) for problem in problems] == ["octavo.yaml:2:1"]
