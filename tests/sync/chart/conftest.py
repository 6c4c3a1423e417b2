"""The chart of the agent, rendered by Helm itself, and the bundles that the agent is to apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest

from tests.sync.rendered import NOTEBOOK, document
from tests.sync.rendered import render as render_tree

ROOT = Path(__file__).parents[3]
CHART = ROOT / "charts" / "sync-agent"
REPOSITORY = "https://git.example.com/notebooks.git"
SETTINGS = """
routing: {kind: ROUTE, host: notebooks.example.com, gateway: web/public}
networkPolicy: true
namespaces:
  create: true
  defaults:
    owner: carol@example.com
    quota: {hard: {pods: "5"}}
    limits: [{type: Container, default: {cpu: "1"}}]
"""
SHARED = "  sharing: [{name: bob, access: view}, {name: dave, access: edit}]\n"

Object = Mapping[str, Any]
Render = Callable[..., list[Object]]


@pytest.fixture(scope="session")
def chart() -> Path:
    return CHART


@pytest.fixture(scope="session")
def render() -> Render:
    """Renders with a repository and these values; gives the objects, never the notes."""
    loaded = helm_python.Chart.load(CHART)

    def rendered(values: Object | None = None, namespace: str = "octavo-system") -> list[Object]:
        given = dict(values or {})
        given["source"] = {"repository": REPOSITORY, **given.get("source", {})}
        files = loaded.render(given, name="octavo", namespace=namespace)
        return [
            found
            for file, text in files.items()
            if file.endswith(".yaml")
            for part in re.split(r"^---$", text, flags=re.MULTILINE)
            if (found := helm_python.values_from_yaml(part))
        ]

    return rendered


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Object]]:
    """By route: every object of a notebook that has everything, and of its namespace."""
    routes = ("none", "istio", "gateway", "ingress", "ambassador")
    return {route: _bundles(tmp_path_factory.mktemp(route), route) for route in routes}


def _bundles(root: Path, route: str) -> list[Object]:
    out = render_tree(root, SETTINGS.replace("ROUTE", route), NOTEBOOK + SHARED)
    files = [each for each in sorted(out.rglob("*.yaml")) if each.name != "kustomization.yaml"]
    return [document(each) for each in files]
