"""A tree with one notebook in it, as the renderer writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from renderer import rendering
from renderer.destination import OutputDirectory
from renderer.sources import SourceTree
from renderer.yamlio import load_all

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
        resources: {requests: {cpu: "0.1", memory: 1024Mi}}
"""
NOTEBOOK = """
apiVersion: jackhoman.dev/v1beta1
kind: Notebook
metadata: {name: churn, namespace: research}
spec:
  owner: alice@example.com
  templateRef: {name: base, namespace: kubeflow}
"""


def render(root: Path, settings: str, notebook: str = NOTEBOOK) -> Path:
    """Write the tree below `root`, and its bundles; gives where they are."""
    files = {
        "octavo.yaml": settings,
        "catalog/base.yaml": TEMPLATE,
        "notebooks/churn.yaml": notebook,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return written(root, root / "out")


def written(tree: Path, output: Path) -> Path:
    options = rendering.Options(jobs=1, remember=False)
    rendering.write(SourceTree(tree), OutputDirectory(output), options)
    return output


def document(file: Path) -> dict[str, Any]:
    """The one object that a file holds."""
    (found,) = load_all(file.read_bytes(), file.name)
    value: dict[str, Any] = found.value
    return value
