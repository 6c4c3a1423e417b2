"""What a namespace is given once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]
Render = Callable[..., dict[tuple[str, str], Object]]


def test_a_namespace_is_marked_to_be_kept_and_to_be_safe(render_namespace: Render) -> None:
    assert render_namespace()["Namespace", "research"]["metadata"] == {
        "name": "research",
        "labels": {
            "pod-security.kubernetes.io/enforce": "baseline",
            "app.kubernetes.io/managed-by": "octavo",
        },
        "annotations": {
            "jackhoman.dev/keep": "true",
            "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
            "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
            "kustomize.toolkit.fluxcd.io/prune": "disabled",
        },
    }


def test_an_installation_may_choose_another_standard(render_namespace: Render) -> None:
    chosen = {"pod-security.kubernetes.io/enforce": "privileged"}
    namespace = render_namespace(labels=chosen)["Namespace", "research"]
    assert namespace["metadata"]["labels"] == chosen


def test_a_namespace_of_somebody_else_is_not_made(render_namespace: Render) -> None:
    kinds = {kind for kind, _ in render_namespace(create=False)}
    assert kinds == {"ResourceQuota", "LimitRange", "Role", "RoleBinding"}


def test_nothing_is_rendered_where_nothing_is_asked_for(render_namespace: Render) -> None:
    assert render_namespace(create=False, owner=None, quota={}, limits=[]) == {}


def test_a_quota_and_limits_are_as_they_were_written(render_namespace: Render) -> None:
    bundle = render_namespace()
    assert bundle["ResourceQuota", "notebooks"]["spec"] == {"hard": {"requests.cpu": "64"}}
    assert bundle["LimitRange", "notebooks"]["spec"] == {
        "limits": [{"type": "Container", "default": {"cpu": "1"}}],
    }


def test_the_owner_of_a_namespace_sees_and_changes_nothing(render_namespace: Render) -> None:
    bundle = render_namespace()
    rules = bundle["Role", "namespace-owner"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    seen = {resource for rule in rules for resource in rule["resources"]}
    assert {"notebooks", "pods", "events"} <= seen
    assert not seen & {"secrets", "configmaps", "pods/log", "pods/exec", "*"}
    binding = bundle["RoleBinding", "namespace-owner"]
    assert binding["roleRef"]["name"] == "namespace-owner"
    assert [subject["name"] for subject in binding["subjects"]] == ["alice@example.com"]
