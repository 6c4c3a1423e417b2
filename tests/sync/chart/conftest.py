"""The chart of the agent, rendered by Helm itself, and the bundles that the agent is to apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree
from renderer.yamlio import load_all

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
TEMPLATE = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kubeflow}
spec:
  home: {size: 1Gi, mountPath: /home/jovyan}
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: churn, namespace: research}
spec:
  owner: alice@example.com
  sharing: [{name: bob, access: view}, {name: dave, access: edit}]
  templateRef: {name: base, namespace: kubeflow}
"""

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
            for document in re.split(r"^---$", text, flags=re.MULTILINE)
            if (found := helm_python.values_from_yaml(document))
        ]

    return rendered


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Object]]:
    """By route: every object of a notebook that has everything, and of its namespace."""
    routes = ("none", "istio", "gateway", "ingress", "ambassador")
    return {route: _bundles(tmp_path_factory.mktemp(route), route) for route in routes}


def _bundles(root: Path, route: str) -> list[Object]:
    files = {
        "octavo.yaml": SETTINGS.replace("ROUTE", route),
        "catalog/base.yaml": TEMPLATE,
        "notebooks/churn.yaml": NOTEBOOK,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    out = root / "out"
    rendering.write(
        SourceTree(root), OutputDirectory(out), rendering.Options(jobs=1, remember=False)
    )
    return [
        document.value
        for path in sorted(out.rglob("*.yaml"))
        if path.name != "kustomization.yaml"
        for document in load_all(path.read_bytes(), path.name)
    ]
