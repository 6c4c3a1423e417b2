"""A tree of three notebooks, for a company with clusters in several places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CATALOG = """
apiVersion: jackhoman.dev/v1beta1
kind: Template
metadata: {name: base, namespace: kf}
spec:
  required: [where]
  template:
    spec:
      containers:
      - name: main
        image: base:1
        ports: [{name: http, containerPort: 8888}]
---
apiVersion: jackhoman.dev/v1beta1
kind: PodDefault
metadata: {name: where, namespace: kf}
spec:
  template:
    spec:
      containers:
      - name: main
        env:
        - {name: REGION, value: "{{ values.s3.region }}"}
        - {name: BUCKET, value: "{{ values.s3.bucket }}"}
"""
NOTEBOOK = """\
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {{name: {name}, namespace: {namespace}, labels: {labels}}}
spec:
  owner: alice
  templateRef: {{name: base, namespace: kf}}
{more}"""
SETTINGS = """
routing: {kind: istio, host: nb.example.com, gateway: kf/gw, annotations: {a: common, b: common}}
values: {s3: {region: none, bucket: nb}, list: [1, 2]}
"""

Add = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tree, without targets and without notebooks."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "tree"
    for folder in ("catalog", "notebooks"):
        root.joinpath(folder).mkdir(parents=True)
    root.joinpath("catalog/all.yaml").write_text(CATALOG, encoding="utf-8")
    return root


@pytest.fixture
def add(root: Path) -> Add:
    """Adds a Notebook file."""

    def add(name: str, more: str = "", labels: str = "{}", file: str = "") -> Path:
        space, _, short = name.partition("/")
        path = root / (file or f"notebooks/{space}-{short}.yaml")
        text = NOTEBOOK.format(name=short, namespace=space, labels=labels, more=more)
        path.write_text(text, encoding="utf-8")
        return path

    return add


@pytest.fixture
def declare(root: Path) -> Callable[[str], None]:
    """Writes octavo.yaml: the common settings, and what is given."""

    def declare(targets: str) -> None:
        root.joinpath("octavo.yaml").write_text(f"{SETTINGS}{targets}", encoding="utf-8")

    return declare
