"""A whole plan as it is read, and what it comes to."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sync.diffs import Action, Change, as_json, exit_code, human, markdown
from sync.objects import Key

GOLDEN = Path(__file__).parent / "golden"
CHURN, OTHER = "notebooks/research/churn", "notebooks/research/other"
OUTPUTS = {
    "plan.txt": human,
    "plan-in-colour.txt": lambda changes: human(changes, color=True),
    "plan.json": as_json,
    "plan.md": markdown,
}


def workload(image: str, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "churn", "namespace": "research", **metadata},
        "spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}},
    }


def secret(password: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "data": {"password": password}}


PLAN = [
    Change(
        Action.UPDATE,
        Key("apps", "StatefulSet", "research", "churn"),
        CHURN,
        workload("jupyter:1", uid="1", labels={"a": "b"}),
        workload("jupyter:2", uid="2", labels={"a": "b", "team": "x"}),
        ("restarts the notebook",),
    ),
    Change(
        Action.UPDATE,
        Key("", "Secret", "research", "database"),
        CHURN,
        secret("b2xk"),
        secret("bmV3"),
    ),
    Change(
        Action.ADOPT,
        Key("", "Service", "research", "churn"),
        CHURN,
        {"kind": "Service"},
        {"kind": "Service"},
        ("was made by kubectl apply",),
    ),
    Change(
        Action.CREATE,
        Key("apps", "StatefulSet", "research", "other"),
        OTHER,
        None,
        workload("jupyter:2", labels={"a": "b"}),
    ),
    Change(
        Action.DELETE,
        Key("networking.k8s.io", "Ingress", "research", "other"),
        OTHER,
        {"kind": "Ingress", "spec": {"rules": []}},
    ),
    Change(
        Action.REFUSED,
        Key("rbac.authorization.k8s.io", "Role", "research", "other-owner"),
        OTHER,
        {"kind": "Role"},
        None,
        ("Argo CD holds it (tracking id team-a)",),
    ),
    Change(Action.UNCHANGED, Key("", "Namespace", "", "research"), "namespaces/research"),
]


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_plan_reads_like_this(name: str, request: pytest.FixtureRequest) -> None:
    text = OUTPUTS[name](PLAN)
    if request.config.getoption("rewrite"):
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_plan_reads_the_same_in_whatever_order_it_was_made(name: str) -> None:
    texts = {OUTPUTS[name](order) for order in permutations(PLAN[:5])}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("actions", "code"),
    [
        ([], 0),
        ([Action.UNCHANGED, Action.UNCHANGED], 0),
        ([Action.UNCHANGED, Action.CREATE], 1),
        ([Action.UPDATE], 1),
        ([Action.DELETE], 1),
        ([Action.ADOPT], 1),
        ([Action.REFUSED], 2),
        ([Action.REFUSED, Action.CREATE, Action.UNCHANGED], 2),
    ],
)
def test_the_exit_code_tells_nothing_from_changes_from_trouble(
    actions: list[Action], code: int
) -> None:
    assert exit_code([Change(each, PLAN[0].key, CHURN) for each in actions]) == code


@pytest.mark.parametrize(("plan", "line"), [([], "nothing to do\n"), (PLAN[-1:], "1 unchanged\n")])
def test_nothing_to_do_is_one_line(plan: list[Change], line: str) -> None:
    assert human(plan) == line
    assert json.loads(as_json(plan))["changes"] == []
    assert "<details>" not in markdown(plan)
